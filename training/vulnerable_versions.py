#!/usr/bin/env python3
"""Writes rules/shared/vulnerable-versions.yaml.

usage: vulnerable_versions.py ADVISORIES.tsv --write rules/shared/vulnerable-versions.yaml

ADVISORIES.tsv has the columns product, version, advisory: a version that is known to have the hole. training/vulnerable-versions.tsv says
which images a product is published as, and between which versions an advisory holds: from the first that has it to the first that has it
no more (columns product, images, advisory, from, fixed, numbers, variant; `=` stands for the images of the line before). Where it knows no
version that mends it, the last version of ADVISORIES.tsv takes its place. An advisory that it does not name is left out, and listed: it is
one of a configuration, of a library, or of a product that no image is known of.
"""
import argparse
import pathlib
import re
import sys

NAMES = {
    "activemq": "ActiveMQ", "airflow": "Apache Airflow", "apache-druid": "Apache Druid", "apereo-cas": "Apereo CAS",
    "apisix-dashboard": "APISIX Dashboard", "couchdb": "CouchDB", "geoserver": "GeoServer", "gitlab": "GitLab", "influxdb": "InfluxDB",
    "ingress-nginx": "ingress-nginx", "jumpserver": "JumpServer", "kkfileview": "kkFileView", "liferay-portal": "Liferay",
    "metersphere": "MeterSphere", "minio": "MinIO", "mongo-express": "mongo-express", "n8n": "n8n", "nexus": "Nexus Repository",
    "nginx-ui": "Nginx UI", "openclaw": "OpenClaw", "owncloud": "ownCloud", "pgadmin": "pgAdmin", "php": "PHP-FPM",
    "phpmyadmin": "phpMyAdmin", "rocketchat": "Rocket.Chat", "rocketmq": "RocketMQ", "saltstack": "Salt", "showdoc": "ShowDoc",
    "skywalking": "SkyWalking", "teamcity": "TeamCity", "wordpress": "WordPress", "xxl-job": "XXL-JOB", "hugegraph": "HugeGraph",
    "hertzbeat": "HertzBeat", "neo4j": "Neo4j",
}

# Advisories that the list names by what happens, in words that a reader can look up.
ADVISORIES = {
    "1.4-rce": "CVE-2018-18926", "4.1-rce": "the Webflow execution hole of 2016", "4.3-zipslip-rce": "its ZipSlip hole",
    "plugin-rce": "its plugin upload hole", "3.2.5-sqli": "its SQL injection", "8.3.0-sqli": "CVE-2020-13921",
    "pwnscriptum": "CVE-2016-10033", "unacc": "its open executor", "CVE-2017-12629-RCE": "CVE-2017-12629",
}

HEADER = """\
# Versions of products with published holes that are exploited, by the images they are published as. Written by
# training/vulnerable_versions.py; training/README.md tells how to refresh it.
products:
"""

# Images that were given up with holes that no version mends.
GIVEN_UP = """\
  - name: "Jenkins (an image that was given up)"
    images: ["jenkins", "jenkinsci/jenkins"]
    versions:
      - { advisory: "CVE-2024-23897" }
"""


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("advisories")
    parser.add_argument("--write", required=True)
    arguments = parser.parse_args()
    known = {}
    for line in pathlib.Path(arguments.advisories).read_text(encoding="utf-8").splitlines()[1:]:
        product, version, advisory = line.split("\t")
        known.setdefault((product, advisory), []).append(version)
    used = set()
    products = {}
    table = pathlib.Path(__file__).with_name("vulnerable-versions.tsv").read_text(encoding="utf-8")
    for line in table.splitlines()[1:]:
        product, images, advisory, start, fixed, count, variant = (line.split("\t") + [""] * 6)[:7]
        used.add((product, advisory))
        name, entries = products.setdefault(product, (images.split(","), []))
        fields = [("advisory", ADVISORIES.get(advisory, advisory)), ("from", start), ("fixed", fixed)]
        if not fixed:
            versions = known.get((product, advisory)) or sys.exit(f"{product}: no version of {advisory} is known")
            fields.append(("last", max(versions, key=numbers)))
        fields.append(("variant", variant))
        text = ", ".join(f'{key}: "{value}"' for key, value in fields if value)
        entries.append(f"      - {{ {text}" + (f", numbers: {count}" if count not in ("", "0") else "") + " }")
    text = HEADER
    for product, (images, entries) in products.items():
        text += f'  - name: "{NAMES.get(product, product.capitalize())}"\n'
        text += "    images: [" + ", ".join(f'"{image}"' for image in images) + "]\n    versions:\n"
        text += "\n".join(entries) + "\n"
    pathlib.Path(arguments.write).write_text(text + GIVEN_UP, encoding="utf-8")
    for product, advisory in sorted(known.keys() - used):
        print(f"left out: {product} {advisory}", file=sys.stderr)


if __name__ == "__main__":
    main()
