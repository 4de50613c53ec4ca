//! Services, and the Ingresses, gateways and routes that lead to them: who can reach what.

use super::at;
use super::object::{Object, entry, known, labels};
use crate::facts::exposure::{Door, ExposedPort, Exposure, Target, Workload};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// Kinds that lead requests from outside to Services: of Kubernetes, the Gateway API, Istio, OpenShift, Traefik, Contour, Emissary and
/// Kong.
const ROUTES: [&str; 15] = [
    "Ingress",
    "HTTPRoute",
    "TCPRoute",
    "TLSRoute",
    "GRPCRoute",
    "UDPRoute",
    "VirtualService",
    "Route",
    "IngressRoute",
    "IngressRouteTCP",
    "HTTPProxy",
    "Mapping",
    "TCPMapping",
    "TCPIngress",
    "VirtualServer",
];

/// Parts of annotations that let a proxy ask for a login or an address first.
const GUARDS: [&str; 11] = [
    "/auth-url",
    "/auth-type",
    "/auth-secret",
    "/auth-signin",
    "/auth-tls-secret",
    "/whitelist-source-range",
    "/allowlist-source-range",
    "/auth-realm",
    "/whitelist",
    "/allowlist",
    "/inbound-cidrs",
];

/// Whether objects of this kind lead requests to Services.
pub(super) fn is_route(kind: &str) -> bool {
    ROUTES.contains(&kind)
}

/// Notes the pods of a specification, so that Services and policies find them.
pub(super) fn workload(
    builder: &mut Builder<'_>,
    tree: &ConfigTree<'_>,
    root: NodeId,
    specification: NodeId,
    unit: UnitId,
) {
    // The labels stand beside the specification, in the pod or in its template.
    let Some(pod) = tree.node(specification).parent else { return };
    let metadata = tree.get(pod, "metadata");
    let pod_labels = labels(builder, tree, metadata.and_then(|metadata| tree.get(metadata, "labels")));
    let mut ports = Vec::new();
    let containers = tree.get(specification, "containers");
    for &container in containers.iter().flat_map(|&list| tree.children(list)) {
        let list = tree.get(container, "ports");
        for &port in list.iter().flat_map(|&list| tree.children(list)) {
            let text = |key: &str| super::text(tree, port, key).map(str::to_owned);
            ports.extend(text("name").zip(text("containerPort")));
        }
    }
    let namespace = known(builder, tree, at(tree, root, &["metadata", "namespace"])).unwrap_or_default().to_owned();
    let name = at(tree, root, &["metadata", "name"]).or_else(|| tree.get(root, "kind")).unwrap_or(root);
    let place = builder.place(tree.node(name).span.range());
    builder.add_workload(Workload { namespace, labels: pod_labels, ports, unit, place, file: 0 });
}

/// Reads a Service.
pub(super) fn service(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    let tree = object.tree;
    let Some(specification) = tree.get(object.node, "spec") else { return };
    let type_node = tree.get(specification, "type");
    let addresses = tree.get(specification, "externalIPs").filter(|&list| !tree.children(list).is_empty());
    let (door, decisive) = match (known(builder, tree, type_node), type_node) {
        (Some("LoadBalancer"), Some(node)) => (Door::LoadBalancer, node),
        (Some("NodePort"), Some(node)) => (Door::NodePort, node),
        _ => match addresses {
            Some(node) => (Door::LoadBalancer, node),
            None => (Door::Cluster, specification),
        },
    };
    let is_outside = door != Door::Cluster && !is_restricted(builder, object, specification);
    let place = if door == Door::Cluster { tree.node(specification).span.range() } else { entry(tree, decisive) };
    let list = tree.get(specification, "ports");
    let text = |id: NodeId, key: &str| known(builder, tree, tree.get(id, key)).unwrap_or_default().to_owned();
    let ports: Vec<ExposedPort> = list
        .iter()
        .flat_map(|&list| tree.children(list))
        .map(|&port| ExposedPort {
            name: text(port, "name"),
            number: text(port, "port"),
            target: text(port, "targetPort"),
            node: text(port, "nodePort"),
        })
        .collect();
    if door != Door::Cluster {
        ports.iter().for_each(|port| port_fact(builder, object.unit, port, door, is_outside, place.clone()));
    }
    let selector = labels(builder, tree, tree.get(specification, "selector"));
    let place = builder.place(place);
    builder.add_exposure(Exposure {
        name: written_name(builder, object),
        namespace: object.namespace.to_owned(),
        target: Target::Pods(selector),
        ports,
        door,
        is_outside,
        place,
        file: 0,
    });
}

fn port_fact(
    builder: &mut Builder<'_>,
    unit: UnitId,
    port: &ExposedPort,
    door: Door,
    is_outside: bool,
    place: std::ops::Range<usize>,
) {
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let target = if port.target.is_empty() { &port.number } else { &port.target };
    let host = if door == Door::NodePort && !port.node.is_empty() { &port.node } else { &port.number };
    builder
        .fact(FactKind::Port, unit, place)
        .with_some(Attribute::Container, told(target))
        .with_some(Attribute::Host, told(host))
        .with(Attribute::Exposure, door.as_str())
        .with(Attribute::Outside, if is_outside { "true" } else { "false" })
        .add();
}

/// Whether a load balancer is one of a private network, or lets only some addresses in.
fn is_restricted(builder: &Builder<'_>, object: Object<'_, '_>, specification: NodeId) -> bool {
    let tree = object.tree;
    let ranges = tree.get(specification, "loadBalancerSourceRanges").map_or(&[][..], |list| tree.children(list));
    let is_everybody = |&range: &NodeId| matches!(known(builder, tree, Some(range)), Some("0.0.0.0/0" | "::/0"));
    if !ranges.is_empty() && !ranges.iter().any(is_everybody) {
        return true;
    }
    annotations(object).any(|(key, value)| {
        let value = value.to_ascii_lowercase();
        let is_private = matches!(value.as_str(), "internal" | "private" | "intranet");
        is_private || key.contains("internal") && matches!(value.as_str(), "true" | "0.0.0.0/0")
    })
}

/// The annotations of an object, as they are written.
fn annotations<'a>(object: Object<'a, '_>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let tree = object.tree;
    let node = at(tree, object.node, &["metadata", "annotations"]);
    node.map_or(&[][..], |node| tree.children(node)).iter().filter_map(move |&child| {
        let key = tree.node(child).key.as_ref()?;
        Some((key.text.as_ref(), tree.scalar(child)?.text.as_ref()))
    })
}

/// Whether something asks for a login, or lets only some in, before a request is led further.
fn is_guarded(object: Object<'_, '_>) -> bool {
    annotations(object).any(|(key, value)| {
        let value = value.to_ascii_lowercase();
        let names_guard = (key.contains("middlewares") || key.contains("plugins")) && is_guard_name(&value);
        let is_private =
            key.contains("scheme") && value == "internal" || key.contains("class") && is_private_name(&value);
        names_guard || is_private || GUARDS.iter().any(|guard| key.ends_with(guard)) && value != "none"
    })
}

fn is_guard_name(name: &str) -> bool {
    ["auth", "oidc", "login", "sso", "whitelist", "allowlist", "vpn"].iter().any(|word| name.contains(word))
}

fn is_private_name(name: &str) -> bool {
    ["internal", "private", "intranet", "tailscale"].iter().any(|word| name.contains(word))
}

/// Reads what leads requests to Services by their names.
pub(super) fn route(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    let tree = object.tree;
    let class = at(tree, object.node, &["spec", "ingressClassName"]);
    let is_private = known(builder, tree, class).is_some_and(is_private_name);
    let mut backends = Vec::new();
    let mut is_outside = !is_guarded(object) && !is_private && !is_mesh_only(builder, object);
    let mut open: Vec<(NodeId, bool)> = tree.get(object.node, "spec").into_iter().map(|id| (id, false)).collect();
    while let Some((id, is_in_guard)) = open.pop() {
        backends.extend(backend(builder, tree, object.kind, id));
        let key = tree.node(id).key.as_ref().map_or("", |key| key.text.as_ref());
        let is_in_guard = is_in_guard || matches!(key, "middlewares" | "filters" | "authorization" | "authPolicy");
        let names_guard = tree.scalar(id).is_some_and(|scalar| is_guard_name(&scalar.text.to_ascii_lowercase()));
        is_outside &= !(is_in_guard && names_guard);
        open.extend(tree.children(id).iter().rev().map(|&child| (child, is_in_guard)));
    }
    let name = written_name(builder, object);
    for (service, port, place) in backends {
        let open = port.clone().unwrap_or_default();
        port_fact(builder, object.unit, &open, Door::Ingress, is_outside, place.clone());
        let place = builder.place(place);
        builder.add_exposure(Exposure {
            name: name.clone(),
            namespace: object.namespace.to_owned(),
            target: Target::Service(service),
            ports: port.into_iter().collect(),
            door: Door::Ingress,
            is_outside,
            place,
            file: 0,
        });
    }
}

/// Whether a route of Istio is only for requests inside the mesh.
fn is_mesh_only(builder: &Builder<'_>, object: Object<'_, '_>) -> bool {
    let tree = object.tree;
    let gateways = at(tree, object.node, &["spec", "gateways"]).map_or(&[][..], |list| tree.children(list));
    object.kind == "VirtualService"
        && gateways.iter().all(|&gateway| known(builder, tree, Some(gateway)) == Some("mesh"))
}

/// The Service that a node names, with its port and the words that name it.
fn backend(
    builder: &Builder<'_>,
    tree: &ConfigTree<'_>,
    kind: &str,
    id: NodeId,
) -> Option<(String, Option<ExposedPort>, std::ops::Range<usize>)> {
    let key = tree.node(id).key.as_ref().map_or("", |key| key.text.as_ref());
    let parent = tree.node(id).parent;
    let list = parent.and_then(|parent| tree.node(parent).key.as_ref()).map_or("", |key| key.text.as_ref());
    let (name, port) = match key {
        "service" if tree.scalar(id).is_some() => (Some(id), None),
        "service" => (tree.get(id, "name"), tree.get(id, "port")),
        // Before networking.k8s.io/v1.
        "backend" => (tree.get(id, "serviceName"), tree.get(id, "servicePort")),
        "destination" => (tree.get(id, "host"), tree.get(id, "port")),
        "to" if kind == "Route" => (tree.get(id, "name"), None),
        _ if matches!(list, "backendRefs" | "services") => (tree.get(id, "name"), tree.get(id, "port")),
        _ => return None,
    };
    let scalar = tree.scalar(name?)?;
    let place = scalar.span.range();
    let written = if builder.is_open(&place) { builder.raw(place) } else { scalar.text.as_ref() };
    // Istio and Emissary name hosts: `name.namespace.svc.cluster.local:8080`.
    let is_host = key == "destination" || kind.ends_with("Mapping");
    let host = written.trim_start_matches("https://").trim_start_matches("http://");
    let service = if is_host { host.split(['.', ':']).next().unwrap_or(host) } else { written };
    let port = port.and_then(|port| {
        let known = |id: Option<NodeId>| known(builder, tree, id);
        let number = known(Some(port)).or_else(|| known(tree.get(port, "number")));
        let name = known(tree.get(port, "name"));
        let text = number.or(name)?.to_owned();
        // A port that is one word can be the number or the name.
        Some(ExposedPort { name: text.clone(), number: text, ..ExposedPort::default() })
    });
    Some((service.to_owned(), port, entry(tree, name?)))
}

/// The object's name as the file has it, with the actions of a template.
fn written_name(builder: &Builder<'_>, object: Object<'_, '_>) -> String {
    let name = at(object.tree, object.node, &["metadata", "name"]).and_then(|name| object.tree.scalar(name));
    name.map_or_else(String::new, |scalar| {
        let place = scalar.span.range();
        if builder.is_open(&place) { builder.raw(place).to_owned() } else { scalar.text.to_string() }
    })
}

#[cfg(test)]
mod tests {
    use super::super::object::told;
    use super::*;

    const DEPLOYMENT: &str = "kind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    metadata:\n      labels: { app: web }\n    \
         spec:\n      containers:\n        - name: main\n          ports: [{ name: http, containerPort: 8080 }]\n        - name: side\n---\n";

    fn ports(text: &str) -> Vec<String> {
        let attributes = [Attribute::Container, Attribute::Host, Attribute::Exposure, Attribute::Outside];
        let ports = told(&format!("{DEPLOYMENT}{text}"), FactKind::Port, &attributes);
        ports.into_iter().filter(|port| !port.contains("containerPort")).collect()
    }

    fn service(specification: &str) -> String {
        format!(
            "kind: Service\nmetadata: {{ name: web }}\nspec:\n  {specification}\n  selector: {{ app: web }}\n  ports: [{{ port: 80, targetPort: http }}]\n"
        )
    }

    fn ingress(metadata: &str) -> String {
        format!(
            "---\nkind: Ingress\nmetadata: {{ name: page{metadata} }}\nspec:\n  rules:\n    - http:\n        paths:\n          \
             - backend:\n              service: {{ name: web, port: {{ number: 80 }} }}\n"
        )
    }

    #[test]
    fn a_service_opens_its_own_ports_and_those_of_its_pods() {
        let told = ports(&service("type: LoadBalancer"));
        let wanted =
            ["type: LoadBalancer | http 80 load-balancer true", "type: LoadBalancer | 8080 80 load-balancer true"];
        assert_eq!(told, wanted);
        assert!(ports(&service("type: ClusterIP")).is_empty());
        assert_eq!(ports(&service("externalIPs: [192.0.2.1]")).len(), 2);
    }

    #[test]
    fn a_load_balancer_of_a_private_network_is_not_outside() {
        let ranges = ports(&service("type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0/8]"));
        assert!(ranges.iter().all(|port| port.ends_with("false")));
        let everybody = ports(&service("type: LoadBalancer\n  loadBalancerSourceRanges: [0.0.0.0/0]"));
        assert!(everybody.iter().all(|port| port.ends_with("true")));
        let annotated = service("type: LoadBalancer").replace(
            "{ name: web }\nspec",
            "{ name: web, annotations: { networking.gke.io/load-balancer-type: Internal } }\nspec",
        );
        assert!(ports(&annotated).iter().all(|port| port.ends_with("false")));
    }

    #[test]
    fn an_ingress_leads_through_its_service_unless_a_login_stands_before_it() {
        let service = service("type: ClusterIP");
        let told = ports(&format!("{service}{}", ingress("")));
        assert_eq!(told, ["name: web | 80 80 ingress true", "name: web | 8080  ingress true"]);
        let guarded = ingress(", annotations: { nginx.ingress.kubernetes.io/auth-url: 'https://a' }");
        assert!(ports(&format!("{service}{guarded}")).iter().all(|port| port.ends_with("false")));
    }

    #[test]
    fn routes_of_others_are_read_as_well() {
        let service = service("type: ClusterIP");
        for route in [
            "kind: HTTPRoute\nspec:\n  rules:\n    - backendRefs: [{ name: web, port: 80 }]\n",
            "kind: VirtualService\nspec:\n  gateways: [public]\n  http:\n    - route: [{ destination: { host: web.a.svc.cluster.local } }]\n",
            "kind: Route\nspec:\n  to: { kind: Service, name: web }\n",
            "kind: IngressRoute\nspec:\n  routes:\n    - services: [{ name: web, port: 80 }]\n",
            "kind: Mapping\nspec:\n  service: https://web:80\n",
            "kind: Ingress\nspec:\n  backend: { serviceName: web, servicePort: 80 }\n",
        ] {
            let told = ports(&format!("{service}---\n{route}"));
            assert!(told.iter().any(|port| port.contains("| 8080 ") && port.ends_with("true")), "{route}: {told:?}");
        }
        let mesh = "---\nkind: VirtualService\nspec:\n  http:\n    - route: [{ destination: { host: web } }]\n";
        assert!(ports(&format!("{service}{mesh}")).iter().all(|port| port.ends_with("false")));
    }

    #[test]
    fn what_a_template_fills_in_is_the_same_where_it_is_written_the_same() {
        let text = "kind: Pod\nmetadata:\n  labels: { app: {{ .Name }} }\nspec: { containers: [{ name: a }] }\n---\n\
                    kind: Service\nspec:\n  type: NodePort\n  selector: { app: {{ .Other }} }\n  ports: [{ port: 80 }]\n";
        assert_eq!(told(text, FactKind::Port, &[]).len(), 1);
        assert_eq!(told(&text.replace("Other", "Name "), FactKind::Port, &[]).len(), 1);
        assert_eq!(told(&text.replace("Other", "Name"), FactKind::Port, &[]).len(), 2);
        let open = text.replace("type: NodePort", "type: {{ .Type }}");
        assert!(told(&open, FactKind::Port, &[]).is_empty());
    }
}
