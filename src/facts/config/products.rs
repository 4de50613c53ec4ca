//! The configuration files that are known, by product.
//!
//! A name that several programs use needs a mark. Where two entries fit, the first counts.

use super::Reader::{self, Assignments, Blocks, Environment, Guess, Hadoop, Hba, Plain, Sections, Xml};
use crate::model::Format::{Directives, Hcl, Ini, Json, Properties, Toml, Yaml};

/// A kind of configuration file.
#[derive(Debug)]
pub(in crate::facts) struct Known {
    /// The product, as rules call it.
    pub(in crate::facts) product: &'static str,
    /// What the file is called, in lower case: see [`fits`](super::known).
    pub(super) names: &'static [&'static str],
    /// Texts of which the file holds at least one; none where the name says enough.
    pub(super) marks: &'static [&'static str],
    /// How it is read.
    pub(super) reader: Reader,
}

const fn known(
    product: &'static str,
    reader: Reader,
    names: &'static [&'static str],
    marks: &'static [&'static str],
) -> Known {
    Known { product, names, marks, reader }
}

/// The known files by the extensions of their names; a file without a dot is its own extension.
pub(super) const GROUPS: &[(&[&str], &[Known])] = &[
    (&["conf", "cnf", "cfg", "config", "ini", "cf"], LINES),
    (&["yml", "yaml"], YAML),
    (&["json"], JSON),
    (&["toml"], TOML),
    (&["xml"], XML),
    (&["properties"], PROPERTIES),
    (&["hcl", "nomad"], HCL),
    (&["py", "php", "js", "cjs", "rb"], PROGRAMS),
    (&["sshd_config"], &[known("sshd", Plain(Directives), &["sshd_config"], &[])]),
    // `.env`, `.env.local`, `prod.env`: any last part.
    (&[], &[known("environment", Environment, &[".env", "*.env", ".env*"], &[])]),
];

const LINES: &[Known] = &[
    known(
        "redis",
        Plain(Directives),
        &["redis*.conf", "keydb*.conf", "valkey*.conf", "sentinel*.conf", "redis/*.conf"],
        &[],
    ),
    known("mosquitto", Plain(Directives), &["mosquitto*.conf", "mosquitto/*.conf"], &[]),
    known("rsync", Sections, &["rsyncd*.conf", "rsync*.conf"], &[]),
    known("aria2", Plain(Ini), &["aria2*.conf"], &[]),
    known("postgres", Hba, &["pg_hba*.conf"], &[]),
    known("postgres", Plain(Ini), &["postgresql*.conf", "postgres*.conf", "pgbouncer*.ini"], &[]),
    known(
        "mysql",
        Plain(Ini),
        &["my*.cnf", "my*.ini", "mysql*.cnf", "mysqld*.cnf", "mariadb*.cnf", "server*.cnf"],
        &[],
    ),
    known("mysql", Plain(Ini), &["*.cnf"], &["^[mysqld", "^[mariadb"]),
    known("mongodb", Guess, &["mongod*.conf", "mongodb*.conf", "mongos*.conf", "mongo*.conf"], &[]),
    known("grafana", Plain(Ini), &["grafana*.ini", "grafana/*.ini"], &[]),
    known("grafana", Plain(Ini), &["custom*.ini", "defaults*.ini"], &["^[auth.anonymous]", "^[auth.basic]"]),
    known("netdata", Plain(Ini), &["netdata*.conf"], &[]),
    known("influxdb", Plain(Toml), &["influxdb*.conf"], &[]),
    known("neo4j", Plain(Ini), &["neo4j*.conf"], &[]),
    known("rabbitmq", Plain(Ini), &["rabbitmq*.conf", "rabbitmq/*.conf"], &[]),
    known("couchdb", Plain(Ini), &["couchdb*.ini", "couchdb/*.ini", "couchdb/*.conf"], &[]),
    known("couchdb", Plain(Ini), &["*.ini"], &["^[chttpd]", "^[couch_httpd_auth]", "^[couchdb]"]),
    known("arangodb", Plain(Ini), &["arangod*.conf", "arangodb*.conf"], &[]),
    known("zookeeper", Plain(Properties), &["zoo*.cfg", "zookeeper*.cfg", "zookeeper*.conf"], &[]),
    known("haproxy", Sections, &["haproxy*.cfg", "haproxy*.conf"], &[]),
    known("haproxy", Sections, &["*.cfg"], &["^frontend ", "^backend ", "^listen "]),
    known("kong", Plain(Ini), &["kong*.conf"], &[]),
    known(
        "supervisor",
        Plain(Ini),
        &["supervisord*.conf", "supervisor*.conf", "supervisord*.ini", "supervisor/*.conf"],
        &[],
    ),
    known("supervisor", Plain(Ini), &["*.conf", "*.ini"], &["^[supervisord]", "^[inet_http_server]"]),
    known("spark", Plain(Properties), &["spark-defaults*.conf", "spark*.conf"], &[]),
    known("livy", Plain(Properties), &["livy*.conf"], &[]),
    known("shiro", Plain(Ini), &["shiro*.ini"], &[]),
    known("airflow", Plain(Ini), &["airflow*.cfg"], &[]),
    known("uwsgi", Plain(Ini), &["uwsgi*.ini", "uwsgi*.conf"], &[]),
    known("uwsgi", Plain(Ini), &["*.ini", "*.conf"], &["^[uwsgi]"]),
    known(
        "php",
        Plain(Ini),
        &["php-fpm*.conf", "fpm*.conf", "php*.ini", "xdebug*.ini", "zz-docker*.conf", "php-fpm.d/*.conf"],
        &[],
    ),
    known("php", Plain(Ini), &["www*.conf", "pool*.conf"], &["^pm =", "^pm=", "^listen"]),
    known("mlflow", Plain(Ini), &["basic_auth*.ini"], &[]),
    known("vsftpd", Plain(Ini), &["vsftpd*.conf"], &[]),
    known("samba", Plain(Ini), &["smb*.conf"], &[]),
    known("sshd", Plain(Directives), &["sshd*.conf", "sshd_config*.conf", "sshd_config.d/*.conf"], &[]),
    known("keycloak", Plain(Properties), &["keycloak*.conf"], &[]),
    known("pinot", Plain(Properties), &["pinot*.conf"], &[]),
    known("openssl", Plain(Ini), &["openssl*.cnf", "openssl*.conf"], &[]),
    known("envoy", Plain(Yaml), &["envoy*.conf"], &["^static_resources:", "^admin:"]),
    known(
        "httpd",
        Blocks,
        &["httpd*.conf", "apache*.conf", "000-default*.conf", "apache2/*.conf", "httpd/*.conf"],
        &[],
    ),
    known("httpd", Blocks, &["*.conf"], &["^<VirtualHost", "^<Directory", "^<Location"]),
    known("nginx", Blocks, &["nginx*.conf", "nginx/*.conf", "nginx/*.cfg"], &[]),
    known("nginx", Blocks, &["*.conf"], &["^server {", "^server{", "^location ", "^upstream "]),
];

const YAML: &[Known] = &[
    known("mongodb", Plain(Yaml), &["mongod*.yml", "mongod*.yaml", "mongodb*.yml", "mongodb*.yaml"], &[]),
    known("opensearch", Plain(Yaml), &["opensearch*.yml", "opensearch*.yaml"], &[]),
    known("elasticsearch", Plain(Yaml), &["elasticsearch*.yml", "elasticsearch*.yaml"], &[]),
    known("kibana", Plain(Yaml), &["kibana*.yml", "kibana*.yaml"], &[]),
    known("alertmanager", Plain(Yaml), &["alertmanager*.yml", "alertmanager*.yaml"], &[]),
    known("prometheus", Plain(Yaml), &["prometheus*.yml", "prometheus*.yaml"], &[]),
    known("loki", Plain(Yaml), &["loki*.yml", "loki*.yaml", "loki/*.yaml", "loki/*.yml"], &[]),
    known("mimir", Plain(Yaml), &["mimir*.yml", "mimir*.yaml", "mimir/*.yaml"], &[]),
    known("tempo", Plain(Yaml), &["tempo*.yml", "tempo*.yaml", "tempo/*.yaml"], &[]),
    known("loki", Plain(Yaml), &["*.yml", "*.yaml"], &["^auth_enabled:"]),
    known("mimir", Plain(Yaml), &["*.yml", "*.yaml"], &["^multitenancy_enabled:"]),
    known("cassandra", Plain(Yaml), &["cassandra*.yaml", "cassandra*.yml", "scylla*.yaml"], &[]),
    known("clickhouse", Plain(Yaml), &["clickhouse/*.yaml", "users.d/*.yaml", "clickhouse*.yaml"], &[]),
    known("traefik", Plain(Yaml), &["traefik*.yml", "traefik*.yaml", "traefik/*.yml", "traefik/*.yaml"], &[]),
    known("envoy", Plain(Yaml), &["envoy*.yaml", "envoy*.yml", "envoy/*.yaml"], &[]),
    known("envoy", Plain(Yaml), &["*.yml", "*.yaml"], &["^static_resources:", "^dynamic_resources:"]),
    known("apisix", Plain(Yaml), &["*.yml", "*.yaml"], &["^admin_key:", "^allow_admin:"]),
    known("harbor", Plain(Yaml), &["harbor*.yml", "harbor*.yaml"], &[]),
    known(
        "registry",
        Plain(Yaml),
        &["registry/*.yml", "registry/*.yaml", "registry*.yml", "registry*.yaml"],
        &["^storage:", "^http:"],
    ),
    known("registry", Plain(Yaml), &["*.yml", "*.yaml"], &["^rootdirectory:"]),
    known("code-server", Plain(Yaml), &["code-server/*.yaml", "code-server*.yaml"], &[]),
    known("code-server", Plain(Yaml), &["*.yaml", "*.yml"], &["^bind-addr:"]),
    known("flink", Plain(Yaml), &["flink*.yaml", "flink*.yml", "flink/*.yaml"], &[]),
    known("spring", Plain(Yaml), &["application*.yml", "application*.yaml", "bootstrap*.yml", "bootstrap*.yaml"], &[]),
    known("spring", Plain(Yaml), &["*.yml", "*.yaml"], &["^spring:"]),
    known("filebrowser", Plain(Yaml), &["filebrowser*.yaml", "filebrowser*.yml"], &[]),
    known("etcd", Plain(Yaml), &["etcd*.yml", "etcd*.yaml"], &[]),
    known("weaviate", Plain(Yaml), &["weaviate*.yaml"], &[]),
    known("vector", Plain(Yaml), &["qdrant*.yaml", "qdrant/*.yaml", "milvus*.yaml"], &[]),
];

const JSON: &[Known] = &[
    known("docker", Plain(Json), &["daemon*.json"], &[]),
    known("jupyter", Plain(Json), &["jupyter*.json"], &[]),
    known("filebrowser", Plain(Json), &["filebrowser*.json"], &[]),
    known("consul", Plain(Json), &["consul*.json", "consul/*.json", "consul.d/*.json"], &[]),
    known("nomad", Plain(Json), &["nomad*.json", "nomad/*.json", "nomad.d/*.json"], &[]),
    known("vault", Plain(Json), &["vault*.json", "vault/*.json", "vault.d/*.json"], &[]),
    known("envoy", Plain(Json), &["envoy*.json", "*.json"], &["\"static_resources\""]),
    known("solr", Plain(Json), &["security*.json"], &["\"authentication\"", "\"authorization\""]),
    known("spring", Plain(Json), &["application*.json"], &["\"spring\"", "\"management\""]),
    known("etcd", Plain(Json), &["etcd*.json"], &[]),
];

const TOML: &[Known] = &[
    known("traefik", Plain(Toml), &["traefik*.toml", "traefik/*.toml"], &[]),
    known("influxdb", Plain(Toml), &["influx*.toml", "influxdb*.toml"], &[]),
    known("filebrowser", Plain(Toml), &["filebrowser*.toml"], &[]),
];

const XML: &[Known] = &[
    known(
        "hadoop",
        Hadoop,
        &["core-site*.xml", "hdfs-site*.xml", "yarn-site*.xml", "mapred-site*.xml", "httpfs-site*.xml"],
        &[],
    ),
    known("hive", Hadoop, &["hive-site*.xml"], &[]),
    known("hbase", Hadoop, &["hbase-site*.xml"], &[]),
    known("zeppelin", Hadoop, &["zeppelin-site*.xml"], &[]),
    known("clickhouse", Xml, &["*.xml"], &["<clickhouse", "<yandex"]),
    known(
        "tomcat",
        Xml,
        &["tomcat-users*.xml", "server*.xml", "context*.xml", "manager*.xml"],
        &["<tomcat-users", "<Server", "<Context"],
    ),
    known("activemq", Xml, &["jetty*.xml", "activemq*.xml"], &[]),
    known("solr", Xml, &["solr*.xml"], &[]),
];

const PROPERTIES: &[Known] = &[
    known("sonarqube", Plain(Properties), &["sonar*.properties"], &[]),
    known("kafka", Plain(Properties), &["kafka*.properties", "kraft/*.properties", "kafka/*.properties"], &[]),
    known(
        "kafka",
        Plain(Properties),
        &["*.properties"],
        &["^listeners", "^advertised.listeners", "^broker.id", "^zookeeper.connect"],
    ),
    known("spring", Plain(Properties), &["application*.properties", "bootstrap*.properties", "nacos*.properties"], &[]),
    known("zookeeper", Plain(Properties), &["zookeeper*.properties"], &[]),
    known("spring", Plain(Properties), &["*.properties"], &["^spring.", "^management.", "^xxl.job."]),
    known("torchserve", Plain(Properties), &["*.properties"], &["^inference_address", "^management_address"]),
    known("nifi", Plain(Properties), &["nifi*.properties"], &[]),
    known("druid", Plain(Properties), &["*.properties"], &["^druid."]),
    known("activemq", Plain(Properties), &["jetty-realm*.properties", "activemq/*.properties"], &[]),
    known("airflow", Plain(Properties), &["airflow*.properties"], &[]),
];

const HCL: &[Known] = &[
    known("consul", Plain(Hcl), &["consul*.hcl", "consul/*.hcl", "consul.d/*.hcl"], &[]),
    known("nomad", Plain(Hcl), &["nomad*.hcl", "nomad/*.hcl", "nomad.d/*.hcl"], &[]),
    known("vault", Plain(Hcl), &["vault*.hcl", "vault/*.hcl", "vault.d/*.hcl", "openbao*.hcl"], &[]),
    known("vault", Plain(Hcl), &["*.hcl"], &["^listener \"tcp\"", "^listener tcp"]),
    known("nomad", Plain(Hcl), &["*.hcl"], &["^client {", "^plugin \"docker\""]),
    known("consul", Plain(Hcl), &["*.hcl"], &["^bootstrap_expect", "^client_addr"]),
];

const PROGRAMS: &[Known] = &[
    known("jupyter", Assignments, &["jupyter*config*.py", "jupyter*.py"], &["^c."]),
    known("airflow", Assignments, &["webserver_config*.py"], &[]),
    known("superset", Assignments, &["superset_config*.py", "superset/*.py"], &["ROLE", "SECRET_KEY"]),
    known("pgadmin", Assignments, &["config_local*.py", "config_system*.py"], &["SERVER_MODE", "MASTER_PASSWORD"]),
    known("phpmyadmin", Assignments, &["config*.inc.php", "config.user*.inc.php", "*.inc.php"], &["$cfg["]),
    known(
        "node-red",
        Assignments,
        &["settings*.js", "settings*.cjs"],
        &["httpAdminRoot", "uiPort", "flowFile", "httpNodeRoot"],
    ),
    known("gitlab", Assignments, &["gitlab*.rb"], &[]),
];
