#!/usr/bin/env python3
"""Refreshes the dates in rules/shared/end-of-life.yaml.

usage: curl -fsS https://endoflife.date/api/v1/products/full -o products.json
       end_of_life.py products.json --write rules/shared/end-of-life.yaml

A product with a `page` takes the dates of the releases that the download knows under that name, and gains those that it did not have. Its
own other releases stay, such as `2` for all of Python 2. Images and codenames are kept as they are; a new codename is taken over.
"""
import argparse
import json
import pathlib
import re


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("download")
    parser.add_argument("--write", required=True)
    arguments = parser.parse_args()
    download = json.loads(pathlib.Path(arguments.download).read_text(encoding="utf-8"))
    pages = {product["name"]: product["releases"] for product in download["result"]}
    path = pathlib.Path(arguments.write)
    lines, releases, seen = [], {}, set()

    def finish():
        for name, release in releases.items():
            end, codename = release.get("eolFrom"), (release.get("codename") or "").split(" ")[0].lower()
            if name not in seen and isinstance(end, str) and re.fullmatch(r"[0-9.]+", name):
                named = f", codename: {codename}" if codename.isalpha() else ""
                lines.append(f'      - {{ release: "{name}", end: "{end}"{named} }}')

    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  - name:"):
            finish()
            releases, seen = {}, set()
        if match := re.match(r"    page: (\S+)", line):
            releases = {release["name"]: release for release in pages.get(match[1], [])}
        if match := re.match(r'      - \{ release: "([^"]+)", end: "([^"]+)"', line):
            seen.add(match[1])
            end = releases.get(match[1], {}).get("eolFrom")
            # Debian's and others' long-term support, which images get, ends after what the download calls the end.
            if isinstance(end, str) and end > match[2]:
                line = line.replace(match[2], end)
        lines.append(line)
    finish()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
