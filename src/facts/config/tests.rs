//! One file of each form, as it is read.

use std::fmt::Write as _;

use super::read_part;
use crate::facts::{Builder, Facts};
use crate::model::{Attribute, FactKind, ManifestKind};

/// One line for each fact: the units around it, what it says, and the text under its span.
fn told(name: &str, text: &str) -> String {
    let whole = format!("é\n{text}");
    let mut builder = Builder::new(ManifestKind::Config, &whole, &whole);
    assert!(read_part(&mut builder, Facts::FILE, name, &whole[3..], 3), "{name}");
    let facts = builder.finish();
    let mut lines = String::new();
    for fact in &facts.facts {
        let labels: Vec<_> = facts.ancestors(fact.unit).map(|unit| facts.unit(unit).label.as_str()).collect();
        let name = match fact.kind {
            FactKind::Environment => fact.get(Attribute::Name),
            _ => fact.get(Attribute::Key),
        };
        let value = fact.get(Attribute::Value).map_or("-".to_owned(), |value| format!("{value:?}"));
        let value_text = fact.value_span.map_or("-", |span| &whole[span.range()]);
        let span = &whole[fact.span.range()];
        writeln!(
            lines,
            "{:?} {} = {value} at {value_text:?} in {span:?}",
            labels[..labels.len() - 2].join("<"),
            name.unwrap_or("-")
        )
        .unwrap();
    }
    lines
}

#[test]
fn directives() {
    insta::assert_snapshot!(told("redis.conf", "  # c\n  protected-mode no\n  requirepass \"\"\n"), @r##"
    "" protected-mode = "no" at "no" in "protected-mode no"
    "" requirepass = "" at "" in "requirepass \"\""
    "##);
}

#[test]
fn sections_of_names() {
    insta::assert_snapshot!(told("grafana.ini", "    [auth.anonymous]\n    enabled = true\n    org_role=Admin ; c\n"), @r##"
    "" auth.anonymous.enabled = "true" at "true" in "enabled = true"
    "" auth.anonymous.org_role = "Admin" at "Admin" in "org_role=Admin"
    "##);
    insta::assert_snapshot!(told("rsyncd.conf", "uid = 0\n[data]\npath = /x\nread only = no\n"), @r##"
    "" uid = "0" at "0" in "uid = 0"
    "section `data`" path = "/x" at "/x" in "path = /x"
    "section `data`" read only = "no" at "no" in "read only = no"
    "##);
    insta::assert_snapshot!(told("haproxy.cfg", "listen stats\n    bind *:8404\n    stats enable\n    stats uri /stats # c\n"), @r##"
    "section `listen stats`" bind = "*:8404" at "*:8404" in "bind *:8404"
    "section `listen stats`" bind *:8404 = "" at "" in "bind *:8404"
    "section `listen stats`" stats = "enable" at "enable" in "stats enable"
    "section `listen stats`" stats enable = "" at "" in "stats enable"
    "section `listen stats`" stats = "uri /stats" at "uri /stats" in "stats uri /stats"
    "section `listen stats`" stats uri = "/stats" at "/stats" in "stats uri /stats"
    "##);
}

#[test]
fn names_and_values() {
    insta::assert_snapshot!(told("postgresql.conf", "listen_addresses = '*' # all\nssl = off\n"), @r##"
    "" listen_addresses = "*" at "*" in "listen_addresses = '*'"
    "" ssl = "off" at "off" in "ssl = off"
    "##);
    insta::assert_snapshot!(told("spark-defaults.conf", "spark.master.rest.enabled true\n"), @r#""" spark.master.rest.enabled = "true" at "true" in "spark.master.rest.enabled true""#);
    insta::assert_snapshot!(told("application.properties", "a.b=${X:admin}\na.c=${X}\n"), @r##"
    "" a.b = "admin" at "${X:admin}" in "a.b=${X:admin}"
    "" a.c = - at "${X}" in "a.c=${X}"
    "##);
    insta::assert_snapshot!(told("rabbitmq.conf", "loopback_users.guest = false # c\nloopback_users = none\n"), @r##"
    "" loopback_users.guest = "false" at "false" in "loopback_users.guest = false"
    "" loopback_users = "none" at "none" in "loopback_users = none"
    "##);
}

#[test]
fn who_may_connect() {
    insta::assert_snapshot!(told("pg_hba.conf", "# TYPE\nlocal all all trust\nhost all all 0.0.0.0 0.0.0.0 md5\nhost all all 0.0.0.0/0  trust # c\n"), @r##"
    "" type = "local" at "local" in "local"
    "" database = "all" at "all" in "all"
    "" user = "all" at "all" in "all"
    "" method = "trust" at "trust" in "local all all trust"
    "" type = "host" at "host" in "host"
    "" database = "all" at "all" in "all"
    "" user = "all" at "all" in "all"
    "" address = "0.0.0.0" at "0.0.0.0" in "0.0.0.0"
    "" mask = "0.0.0.0" at "0.0.0.0" in "0.0.0.0"
    "" method = "md5" at "md5" in "host all all 0.0.0.0 0.0.0.0 md5"
    "" type = "host" at "host" in "host"
    "" database = "all" at "all" in "all"
    "" user = "all" at "all" in "all"
    "" address = "0.0.0.0/0" at "0.0.0.0/0" in "0.0.0.0/0"
    "" method = "trust" at "trust" in "host all all 0.0.0.0/0  trust"
    "##);
}

#[test]
fn trees() {
    insta::assert_snapshot!(told("elasticsearch.yml", "    xpack.security.enabled: false\n    xpack:\n      security:\n        enabled: ${A:-false}\n    x: []\n"), @r##"
    "" xpack.security.enabled = "false" at "false" in "xpack.security.enabled: false"
    "" xpack.security.enabled = "false" at "${A:-false}" in "enabled: ${A:-false}"
    "" x = - at "-" in "x: []"
    "##);
    insta::assert_snapshot!(told("traefik.toml", "[api]\n  insecure = true\n"), @r#""" api.insecure = "true" at "true" in "insecure = true""#);
    insta::assert_snapshot!(told("consul.hcl", "acl {\n  default_policy = \"allow\"\n  x = var.y\n}\n"), @r##"
    "" acl.default_policy = "allow" at "allow" in "default_policy = \"allow\""
    "" acl.x = - at "var.y" in "x = var.y"
    "##);
    insta::assert_snapshot!(told("daemon.json", "{\"hosts\": [\"tcp://0.0.0.0:2375\"]}"), @r#""" hosts = "tcp://0.0.0.0:2375" at "tcp://0.0.0.0:2375" in "\"tcp://0.0.0.0:2375\"""#);
    insta::assert_snapshot!(told("mongod.conf", "security:\n  authorization: disabled\n"), @r#""" security.authorization = "disabled" at "disabled" in "authorization: disabled""#);
    insta::assert_snapshot!(told("mongodb.conf", "auth=false\n"), @r#""" auth = "false" at "false" in "auth=false""#);
}

#[test]
fn elements() {
    insta::assert_snapshot!(told("core-site.xml", "<configuration><property><name>a.b</name><value> true </value></property></configuration>"), @r#""" a.b = "true" at "true" in "<name>a.b</name><value> true </value>""#);
    insta::assert_snapshot!(told("users.xml", "<clickhouse><users><default><password></password><networks><ip>::/0</ip></networks></default></users></clickhouse>"), @r##"
    "<" users.default.password = "" at "-" in "<password></password>"
    "<<" users.default.networks.ip = "::/0" at "::/0" in "<ip>::/0</ip>"
    "##);
    insta::assert_snapshot!(told("tomcat-users.xml", "<tomcat-users><user username=\"a\" password=\"b\" roles=\"manager-gui\"/></tomcat-users>"), @r##"
    "" user.roles = "manager-gui" at "manager-gui" in "roles=\"manager-gui\""
    "" user.password = "b" at "b" in "password=\"b\""
    "" user.username = "a" at "a" in "username=\"a\""
    "##);
}

#[test]
fn blocks() {
    insta::assert_snapshot!(told("nginx.conf", "http {\n  server {\n    location /s {\n      stub_status;\n    }\n  }\n}\n"), @r##"
    "`http`" http = "" at "-" in "http"
    "`server`<`http`" server = "" at "-" in "server"
    "`location /s`<`server`<`http`" location = "/s" at "-" in "location"
    "`location /s`<`server`<`http`" stub_status = "" at "" in "stub_status"
    "##);
}

#[test]
fn variables() {
    insta::assert_snapshot!(told(".env", "A=b\nC=${D}\nE=\n"), @r##"
    "" A = "b" at "b" in "A=b"
    "" C = - at "${D}" in "C=${D}"
    "" E = "" at "" in "E="
    "##);
}

#[test]
fn programs() {
    insta::assert_snapshot!(told("jupyter_notebook_config.py", "c.NotebookApp.token = ''\nc.NotebookApp.x = True\n"), @r##"
    "" NotebookApp.token = "" at "" in "c.NotebookApp.token = ''"
    "" NotebookApp.x = "True" at "True" in "c.NotebookApp.x = True"
    "##);
}
