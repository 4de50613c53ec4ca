//! What leads from outside to a workload: Services select pods by label, and Ingresses and routes name Services.
//!
//! The records are small and own their texts, so that those of many files can be joined as those of one.

use std::collections::HashMap;

use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind, Span};

/// Most pairs of Services and workloads that are compared. Real projects have a few thousand; hostile files name all alike.
pub const MAX_PAIRS: usize = 1_000_000;

/// Labels with their values.
pub type Labels = Vec<(String, String)>;

/// A way to pods: a Service, or a route to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The object's name.
    pub name: String,
    /// The object's namespace; empty where the file names none.
    pub namespace: String,
    /// Where it leads.
    pub target: Target,
    /// The ports that it opens; of a route, those of the Service that it leads to, and none for all.
    pub ports: Vec<ExposedPort>,
    /// From where.
    pub door: Door,
    /// Whether others than the cluster's own machines reach it, and nothing asks them who they are.
    pub is_outside: bool,
    /// The words that open it.
    pub place: Span,
    /// The file that it stands in, where files are joined.
    pub file: usize,
}

/// Where an [`Exposure`] leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To the pods that have all of these labels.
    Pods(Labels),
    /// To the Service of this name.
    Service(String),
}

/// From where an [`Exposure`] leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// From inside the cluster.
    Cluster,
    /// From a port of every node.
    NodePort,
    /// From a load balancer or an external address.
    LoadBalancer,
    /// From an Ingress, a gateway or a route.
    Ingress,
}

impl Door {
    /// What facts of ports call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "container",
            Self::NodePort => "node-port",
            Self::LoadBalancer => "load-balancer",
            Self::Ingress => "ingress",
        }
    }
}

/// A port of an [`Exposure`]. What the file does not tell is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExposedPort {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: String,
    /// The number or name of the container's port.
    pub target: String,
    /// The number on every node.
    pub node: String,
}

/// A pod, or what makes pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The namespace; empty where the file names none.
    pub namespace: String,
    /// The labels of its pods.
    pub labels: Labels,
    /// Its named ports, with their numbers.
    pub ports: Vec<(String, String)>,
    /// The unit of the pod specification, in the file that the record comes from.
    pub unit: UnitId,
    /// What it is called in the file.
    pub place: Span,
    /// The file that it stands in, where files are joined.
    pub file: usize,
}

/// A policy for the network of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The namespace; empty where the file names none.
    pub namespace: String,
    /// The labels of the pods that it is about; none for all. `None` when they are written in a way that is not read.
    pub selector: Option<Labels>,
    /// The object's unit, in the file that the record comes from.
    pub unit: UnitId,
    /// The selector.
    pub place: Span,
}

/// A port of a workload that an exposure leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached<'r> {
    /// The workload.
    pub workload: &'r Workload,
    /// The container's port; empty for unknown.
    pub port: String,
    /// The port outside; empty for unknown.
    pub host: String,
    /// The way.
    pub exposure: &'r Exposure,
}

/// A way from another file into a workload of this one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arrival {
    /// The unit of the pod specification.
    pub unit: UnitId,
    /// What the workload is called in the file.
    pub place: Span,
    /// The container's port; empty for unknown.
    pub port: String,
    /// The port outside; empty for unknown.
    pub host: String,
    /// From where.
    pub door: Door,
    /// Whether others than the cluster's own machines reach it.
    pub is_outside: bool,
}

impl Reached<'_> {
    /// The same, as the workload's file sees it.
    pub fn arrival(&self) -> Arrival {
        Arrival {
            unit: self.workload.unit,
            place: self.workload.place,
            port: self.port.clone(),
            host: self.host.clone(),
            door: self.exposure.door,
            is_outside: self.exposure.is_outside,
        }
    }
}

/// Joins ways to the workloads that they lead to, of one file or of many, and hands each to `found`.
pub fn join<'r>(exposures: &'r [Exposure], workloads: &'r [Workload], mut found: impl FnMut(Reached<'r>)) {
    let mut by_label: HashMap<&(String, String), Vec<&Workload>> = HashMap::new();
    for workload in workloads {
        workload.labels.iter().for_each(|label| by_label.entry(label).or_default().push(workload));
    }
    let mut services: HashMap<&str, Vec<&Exposure>> = HashMap::new();
    for exposure in exposures.iter().filter(|exposure| matches!(exposure.target, Target::Pods(_))) {
        services.entry(&exposure.name).or_default().push(exposure);
    }
    let mut pairs = 0_usize;
    for exposure in exposures.iter().filter(|exposure| exposure.door != Door::Cluster) {
        let own = [exposure];
        let behind: &[&Exposure] = match &exposure.target {
            Target::Pods(_) => &own,
            Target::Service(name) => services.get(name.as_str()).map_or(&[], Vec::as_slice),
        };
        for service in behind.iter().filter(|service| is_same_namespace(&service.namespace, &exposure.namespace)) {
            let Target::Pods(selector) = &service.target else { continue };
            let candidates = selector.first().and_then(|label| by_label.get(label)).map_or(&[][..], Vec::as_slice);
            pairs += candidates.len() + 1;
            if pairs > MAX_PAIRS {
                return;
            }
            let selected = candidates.iter().filter(|workload| {
                is_same_namespace(&workload.namespace, &service.namespace) && is_selected(selector, &workload.labels)
            });
            selected.for_each(|workload| ports(exposure, service, workload, &mut found));
        }
    }
}

/// The ports of a workload that a way leads to, through a Service, which can be the way itself.
fn ports<'r>(exposure: &'r Exposure, service: &Exposure, workload: &'r Workload, found: impl FnMut(Reached<'r>)) {
    let is_route = matches!(exposure.target, Target::Service(_));
    let is_open = |port: &&ExposedPort| {
        let is_asked = |asked: &ExposedPort| {
            let is_same = |asked: &str, known: &str| !asked.is_empty() && asked == known;
            is_same(&asked.number, &port.number) || is_same(&asked.name, &port.name)
        };
        !is_route || exposure.ports.is_empty() || exposure.ports.iter().any(is_asked)
    };
    let reached = service.ports.iter().filter(is_open).map(|port| {
        let target = if port.target.is_empty() { &port.number } else { &port.target };
        let named = workload.ports.iter().find(|(name, _)| name == target).map(|(_, number)| number);
        let host = match exposure.door {
            Door::NodePort => &port.node,
            Door::Ingress => "",
            _ => &port.number,
        };
        Reached { workload, port: named.unwrap_or(target).clone(), host: host.to_owned(), exposure }
    });
    reached.for_each(found);
}

/// Whether two objects can stand in the same namespace. Where a file names none, whoever applies it does.
pub fn is_same_namespace(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one == other
}

/// Whether labels hold all that a selector asks for.
pub fn is_selected(selector: &[(String, String)], labels: &[(String, String)]) -> bool {
    selector.iter().all(|label| labels.contains(label))
}

/// Tells of the containers of a file which of their ports the Services and routes of that file open.
pub(super) fn tell(builder: &mut Builder<'_>) {
    let (exposures, workloads) = (builder.exposures().to_vec(), builder.workloads().to_vec());
    let mut here = Vec::new();
    join(&exposures, &workloads, |reached| {
        here.push((Arrival { place: reached.exposure.place, ..reached.arrival() }, None));
    });
    add(builder, here);
}

/// Tells of the containers of a file which of their ports other files open. Each fact knows its arrival by the place in the list.
pub(super) fn arrive(builder: &mut Builder<'_>, arrivals: &[Arrival]) {
    let units = builder.units();
    let known = arrivals.iter().enumerate().filter(|(_, arrival)| arrival.unit.index() < units);
    add(builder, known.map(|(at, arrival)| (arrival.clone(), Some(at))).collect());
}

fn add(builder: &mut Builder<'_>, arrivals: Vec<(Arrival, Option<usize>)>) {
    if arrivals.is_empty() {
        return;
    }
    let containers = listening(builder);
    for (arrival, from) in arrivals {
        // Where no container says that it listens there, any of the pod's may.
        let unit = containers.get(&(arrival.unit, arrival.port.clone())).copied().unwrap_or(arrival.unit);
        let port = Some(arrival.port).filter(|port| port.starts_with(|c: char| c.is_ascii_digit()));
        builder
            .fact(FactKind::Port, unit, arrival.place.range())
            .with_some(Attribute::Container, port)
            .with_some(Attribute::Host, Some(arrival.host).filter(|host| !host.is_empty()))
            .with(Attribute::Exposure, arrival.door.as_str())
            .with(Attribute::Outside, if arrival.is_outside { "true" } else { "false" })
            .from(from)
            .add();
    }
}

/// The containers by the pod that holds them and the port at which they say to listen.
fn listening(builder: &Builder<'_>) -> HashMap<(UnitId, String), UnitId> {
    let ports = builder.facts().iter().filter(|fact| fact.kind == FactKind::Port);
    let pairs = ports.filter_map(|fact| {
        let pod = builder.parent(fact.unit)?;
        Some(((pod, fact.get(Attribute::Container)?.to_owned()), fact.unit))
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;

    fn labels(text: &str) -> Labels {
        vec![("app".to_owned(), text.to_owned())]
    }

    fn service(name: &str, door: Door) -> Exposure {
        let port = |name: &str, number: &str, target: &str| ExposedPort {
            name: name.to_owned(),
            number: number.to_owned(),
            target: target.to_owned(),
            node: "30080".to_owned(),
        };
        Exposure {
            name: name.to_owned(),
            namespace: String::new(),
            target: Target::Pods(labels("web")),
            ports: vec![port("http", "80", "web"), port("", "9000", "")],
            door,
            is_outside: true,
            place: Span::new(0..1),
            file: 0,
        }
    }

    fn workload(namespace: &str, app: &str) -> Workload {
        Workload {
            namespace: namespace.to_owned(),
            labels: labels(app),
            ports: vec![("web".to_owned(), "8080".to_owned())],
            unit: Facts::FILE,
            place: Span::new(0..1),
            file: 0,
        }
    }

    fn pairs(exposures: &[Exposure], workloads: &[Workload]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        join(exposures, workloads, |reached| found.push((reached.port, reached.host)));
        found
    }

    fn pair(port: &str, host: &str) -> (String, String) {
        (port.to_owned(), host.to_owned())
    }

    #[test]
    fn a_service_leads_to_the_pods_that_it_selects() {
        let workloads = [workload("a", "web"), workload("a", "db")];
        let exposures = [service("s", Door::LoadBalancer)];
        assert_eq!(pairs(&exposures, &workloads), [pair("8080", "80"), pair("9000", "9000")]);
        let exposures = [service("s", Door::NodePort)];
        assert_eq!(pairs(&exposures, &workloads)[0], pair("8080", "30080"));
        assert!(pairs(&[service("s", Door::Cluster)], &workloads).is_empty());
    }

    #[test]
    fn a_route_leads_through_its_service_to_the_port_that_it_names() {
        let asked = ExposedPort { name: "http".to_owned(), ..ExposedPort::default() };
        let route =
            Exposure { target: Target::Service("s".to_owned()), ports: vec![asked], ..service("route", Door::Ingress) };
        let exposures = [route, service("s", Door::Cluster)];
        assert_eq!(pairs(&exposures, &[workload("", "web")]), [pair("8080", "")]);
    }

    #[test]
    fn namespaces_that_are_told_must_agree() {
        let there = Exposure { namespace: "b".to_owned(), ..service("s", Door::LoadBalancer) };
        assert!(pairs(std::slice::from_ref(&there), &[workload("a", "web")]).is_empty());
        assert!(!pairs(&[there], &[workload("", "web")]).is_empty());
    }

    #[test]
    fn a_selector_without_labels_leads_nowhere() {
        let nothing = Exposure { target: Target::Pods(Vec::new()), ..service("s", Door::LoadBalancer) };
        assert!(pairs(&[nothing], &[workload("", "web")]).is_empty());
    }
}
