//! The configuration of a cluster's own programs, told as the arguments that they would be started with: kubeadm, Cluster API and kops
//! pass flags on, and the kubelet reads a file whose fields stand for flags.

use super::object::{Object, entry};
use super::{at, text};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar};

/// Keys that hold further arguments for a program.
const EXTRA_ARGUMENTS: [(&str, &str); 8] = [
    ("apiServer", "kube-apiserver"),
    ("controllerManager", "kube-controller-manager"),
    ("scheduler", "kube-scheduler"),
    ("local", "etcd"),
    ("apiServerExtraArgs", "kube-apiserver"),
    ("controllerManagerExtraArgs", "kube-controller-manager"),
    ("schedulerExtraArgs", "kube-scheduler"),
    ("kubeletExtraArgs", "kubelet"),
];

/// Parts of a cluster of kops whose fields are flags in another spelling.
const KOPS_PARTS: [(&str, &str); 6] = [
    ("kubeAPIServer", "kube-apiserver"),
    ("kubeControllerManager", "kube-controller-manager"),
    ("kubeScheduler", "kube-scheduler"),
    ("kubeProxy", "kube-proxy"),
    ("kubelet", "kubelet"),
    ("masterKubelet", "kubelet"),
];

/// Fields of the kubelet's configuration, and the flags that say the same.
const KUBELET_FIELDS: [(&[&str], &str); 17] = [
    (&["authentication", "anonymous", "enabled"], "--anonymous-auth"),
    (&["authentication", "x509", "clientCAFile"], "--client-ca-file"),
    (&["authorization", "mode"], "--authorization-mode"),
    (&["readOnlyPort"], "--read-only-port"),
    (&["tlsCertFile"], "--tls-cert-file"),
    (&["tlsPrivateKeyFile"], "--tls-private-key-file"),
    (&["tlsCipherSuites"], "--tls-cipher-suites"),
    (&["tlsMinVersion"], "--tls-min-version"),
    (&["rotateCertificates"], "--rotate-certificates"),
    (&["serverTLSBootstrap"], "--rotate-server-certificates"),
    (&["featureGates", "RotateKubeletServerCertificate"], "--rotate-server-certificates"),
    (&["protectKernelDefaults"], "--protect-kernel-defaults"),
    (&["makeIPTablesUtilChains"], "--make-iptables-util-chains"),
    (&["eventRecordQPS"], "--event-qps"),
    (&["streamingConnectionIdleTimeout"], "--streaming-connection-idle-timeout"),
    (&["podPidsLimit"], "--pod-max-pids"),
    (&["enableDebuggingHandlers"], "--enable-debugging-handlers"),
];

/// Whose settings an object of this kind holds.
pub(super) fn product(kind: &str) -> &'static str {
    match kind {
        "KubeletConfiguration" => "kubelet",
        "KubeProxyConfiguration" => "kube-proxy",
        "KubeSchedulerConfiguration" => "kube-scheduler",
        "KubeControllerManagerConfiguration" => "kube-controller-manager",
        "EncryptionConfiguration" | "EncryptionConfig" => "encryption-configuration",
        "Config" => "kubeconfig",
        _ => "kubernetes",
    }
}

/// Reads an object that configures the programs of a cluster; of others, nothing.
pub(super) fn read(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    let version = text(object.tree, object.node, "apiVersion").unwrap_or_default();
    match object.kind {
        "KubeletConfiguration" => kubelet(builder, object),
        "EncryptionConfiguration" | "EncryptionConfig" => encryption(builder, object),
        "ClusterConfiguration"
        | "InitConfiguration"
        | "JoinConfiguration"
        | "MasterConfiguration"
        | "NodeConfiguration"
        | "KubeadmControlPlane"
        | "KubeadmControlPlaneTemplate"
        | "KubeadmConfig"
        | "KubeadmConfigTemplate" => {
            extra_arguments(builder, object);
        }
        "Cluster" if version.contains("kops") => kops(builder, object),
        _ => {}
    }
}

fn kubelet(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    for (way, flag) in KUBELET_FIELDS {
        let Some(node) = at(object.tree, object.node, way) else { continue };
        for scalar in scalars(object.tree, node) {
            tell(builder, object.unit, "kubelet", flag.to_owned(), scalar, entry(object.tree, node));
        }
    }
}

/// Tells the first provider of each resource, which is the one that encrypts.
fn encryption(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    let tree = object.tree;
    let resources = tree.get(object.node, "resources");
    for &resource in resources.iter().flat_map(|&list| tree.children(list)) {
        let providers = tree.get(resource, "providers");
        let first = providers.and_then(|list| tree.children(list).first().copied());
        let Some(key) =
            first.and_then(|first| tree.children(first).first()).and_then(|&only| tree.node(only).key.as_ref())
        else {
            continue;
        };
        builder
            .fact(FactKind::Setting, object.unit, key.span.range())
            .with(Attribute::Product, "encryption-configuration")
            .with(Attribute::Key, "resources.providers.first")
            .with(Attribute::Value, key.text.to_string())
            .add();
    }
}

/// Tells the arguments that stand in an object under the name of the program that they are for, as a mapping or as pairs.
fn extra_arguments(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    let tree = object.tree;
    let mut open = vec![object.node];
    while let Some(id) = open.pop() {
        open.extend(tree.children(id).iter().rev());
        let key = tree.node(id).key.as_ref().map_or("", |key| key.text.as_ref());
        let Some((_, program)) = EXTRA_ARGUMENTS.iter().find(|(known, _)| *known == key) else { continue };
        let arguments = if key.ends_with("Args") { Some(id) } else { tree.get(id, "extraArgs") };
        for &argument in arguments.iter().flat_map(|&id| tree.children(id)) {
            match (&tree.node(argument).key, tree.scalar(argument)) {
                (Some(name), Some(value)) => {
                    tell(builder, object.unit, program, flag(&name.text), value, entry(tree, argument));
                }
                _ => {
                    let name = text(tree, argument, "name").map(str::to_owned);
                    let value = tree.get(argument, "value").and_then(|value| tree.scalar(value));
                    if let (Some(name), Some(value)) = (name, value) {
                        tell(builder, object.unit, program, flag(&name), value, tree.node(argument).span.range());
                    }
                }
            }
        }
    }
}

fn kops(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    let tree = object.tree;
    for (part, program) in KOPS_PARTS {
        let Some(part) = at(tree, object.node, &["spec", part]) else { continue };
        for &field in tree.children(part) {
            let Some(key) = &tree.node(field).key else { continue };
            for scalar in scalars(tree, field) {
                tell(builder, object.unit, program, flag(&key.text), scalar, entry(tree, field));
            }
        }
    }
}

/// A scalar, or those of a list.
fn scalars<'a, 't>(tree: &'a ConfigTree<'t>, id: NodeId) -> Vec<&'a Scalar<'t>> {
    match tree.scalar(id) {
        Some(scalar) => vec![scalar],
        None => tree.children(id).iter().filter_map(|&item| tree.scalar(item)).collect(),
    }
}

fn tell(
    builder: &mut Builder<'_>,
    unit: UnitId,
    program: &'static str,
    flag: String,
    value: &Scalar<'_>,
    place: std::ops::Range<usize>,
) {
    let value_place = value.span.range();
    let value = (!builder.is_open(&value_place)).then(|| value.text.to_string());
    builder
        .fact(FactKind::Argument, unit, place)
        .value_at(value_place)
        .with(Attribute::Program, program)
        .with(Attribute::Flag, flag)
        .with_some(Attribute::Value, value)
        .add();
}

/// `anonymousAuth` and `anonymous-auth` as `--anonymous-auth`.
fn flag(name: &str) -> String {
    let mut flag = String::with_capacity(name.len() + 4);
    flag.push_str("--");
    let mut was_lower = false;
    for char in name.trim_start_matches('-').chars() {
        if char.is_ascii_uppercase() && was_lower {
            flag.push('-');
        }
        was_lower = char.is_ascii_lowercase() || char.is_ascii_digit();
        flag.push(char.to_ascii_lowercase());
    }
    flag
}

#[cfg(test)]
mod tests {
    use super::super::object::told;
    use super::*;

    fn arguments(text: &str) -> Vec<String> {
        told(text, FactKind::Argument, &[Attribute::Program, Attribute::Flag, Attribute::Value])
    }

    #[test]
    fn kubeadm_passes_flags_on_as_a_mapping_or_as_pairs() {
        let text = "kind: ClusterConfiguration\napiServer:\n  extraArgs:\n    anonymous-auth: 'true'\netcd:\n  local:\n    extraArgs:\n      \
                    - { name: auto-tls, value: 'true' }\n";
        let wanted = [
            "anonymous-auth: 'true' | kube-apiserver --anonymous-auth true",
            "{ name: auto-tls, value: 'true' } | etcd --auto-tls true",
        ];
        assert_eq!(arguments(text), wanted);
    }

    #[test]
    fn fields_of_the_kubelet_and_of_kops_are_flags() {
        let kubelet =
            "kind: KubeletConfiguration\nauthentication: { anonymous: { enabled: true } }\ntlsCipherSuites: [A, B]\n";
        let told = arguments(kubelet);
        assert_eq!(told[0], "enabled: true | kubelet --anonymous-auth true");
        assert_eq!(told.len(), 3);
        let kops = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec:\n  kubeAPIServer: { basicAuthFile: /a }\n";
        assert_eq!(arguments(kops), ["basicAuthFile: /a | kube-apiserver --basic-auth-file /a"]);
    }

    #[test]
    fn the_first_provider_is_the_one_that_encrypts() {
        let text = "kind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers: [{ identity: {} }, { kms: {} }]\n";
        let told = told(text, FactKind::Setting, &[Attribute::Key, Attribute::Value]);
        assert!(told.contains(&"identity | resources.providers.first identity".to_owned()));
    }
}
