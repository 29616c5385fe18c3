//! A domain and the hosts that take its mail.

use std::rc::Rc;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::explain::Notes;
use super::host::{self, Host, Query, Target, text_of};
use super::literal;
use super::mx::{self, MxAnswer, MxHosts};
use super::policy::Policy;
use crate::cause::{Detail, Finding};
use crate::decide::{Address, Certificate, Decision, Mx, Reason, Scope, Tlsa, Verdict};
use crate::dns::Call;
use crate::dns::wire::names::{self, InvalidName, display};
use crate::engine::all;
use crate::text::{excerpt, without_final_dot};

/// Everything that DNS says of a domain's mail.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Destination {
    /// The next hop, without a final dot, in lower case; the escaped beginning of what is no name.
    pub domain: String,
    /// What was demanded.
    pub policy: Policy,
    /// The port mail goes to.
    pub port: u16,
    /// Status of the MX RRset.
    pub mx: Mx,
    /// The decision for the whole domain before connecting.
    pub decision: Decision,
    /// The MX hosts in the order to try them.
    pub hosts: Vec<Host>,
    /// DNS packets sent, those that probe the resolver apart.
    pub queries: u32,
    mx_note: Option<Arc<Finding>>,
}

impl Destination {
    /// What the MX status rests on, in words: one line of printable ASCII, empty where no MX was looked up.
    pub fn mx_text(&self) -> String {
        text_of(self.mx_note.as_deref())
    }

    /// The host called `name`; case and one final dot do not matter.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.is_called(name))
    }

    /// The decision before connecting for the host called `name`; a host that is not listed defers.
    pub fn host_decision(&self, name: &str) -> Decision {
        match self.host(name) {
            Some(host) => host.decision.clone(),
            None => self.unknown_host(),
        }
    }

    /// The decision for every host that is not listed.
    pub(crate) fn unknown_host(&self) -> Decision {
        Notes::default().decide(Verdict::UNKNOWN_HOST, &self.domain)
    }

    fn new(domain: &str, policy: Policy, port: u16, mx: Mx, decision: Decision) -> Self {
        Self {
            domain: domain.to_ascii_lowercase(),
            policy,
            port,
            mx,
            mx_note: None,
            decision,
            hosts: Vec::new(),
            queries: 0,
        }
    }

    /// Takes the hosts, and the domain's decision from them.
    fn with_hosts(mut self, hosts: Vec<Host>) -> Self {
        let decisions: Vec<&Decision> = hosts.iter().map(|host| &host.decision).collect();
        if let Some(index) = deciding(&decisions) {
            self.decision = decisions[index].clone();
        }
        self.hosts = hosts;
        self
    }
}

/// Index of the decision that stands for all: the first that does not defer, else the first not about a dead host.
pub(crate) fn deciding(decisions: &[&Decision]) -> Option<usize> {
    use crate::decide::Action;
    let first = |test: &dyn Fn(&Verdict) -> bool| {
        decisions.iter().position(|decision| test(&decision.verdict))
    };
    first(&|verdict| verdict.action != Action::Defer)
        .or_else(|| first(&|verdict| verdict.reason != Reason::ConnectionFailed))
        .or_else(|| first(&|_| true))
}

/// A next hop as its destination is called: a domain, or an address literal. `Err` says why it is neither.
pub(crate) fn next_hop(text: &str) -> Result<String, InvalidName> {
    match literal::parse(text) {
        Some(_) => Ok(without_final_dot(text).to_ascii_lowercase()),
        None => names::parse(text).map(|name| display(&name)),
    }
}

/// Looks up a next hop: MX, then all hosts at once.
pub(crate) async fn lookup(
    call: &Rc<Call>,
    policy: Policy,
    domain: &str,
    port: u16,
) -> Destination {
    let name = match Target::parse(domain) {
        Target::Name(name) => name,
        target @ Target::Literal(_) => {
            return lookup_literal(call, policy, domain, target, port).await;
        }
        Target::Invalid(why) => {
            let domain = excerpt(without_final_dot(domain));
            let notes = Notes::default();
            let decision = notes.decide_invalid(Verdict::INVALID_DOMAIN, &domain, why);
            return Destination::new(&domain, policy, port, Mx::Nxdomain, decision);
        }
    };
    let domain = display(&name);
    let answer = mx::look_up(call, &name).await;
    let decision = domain_decision(policy, &name, &answer);
    let mut destination = Destination::new(&domain, policy, port, answer.status, decision);
    destination.mx_note = Some(answer.note.clone());
    let listed = match &answer.hosts {
        MxHosts::None | MxHosts::Null => Vec::new(),
        MxHosts::Implicit => vec![(0, name)],
        MxHosts::Listed(hosts) => hosts.clone(),
    };
    if !listed.is_empty() {
        let next_hops = match answer.status {
            Mx::Secure => vec![domain, display(&answer.expanded)],
            _ => Vec::new(),
        };
        let hosts = look_up_hosts(call, policy, port, &answer, listed, next_hops).await;
        destination = destination.with_hosts(hosts);
    }
    destination.queries = call.budget.queries_sent();
    destination
}

/// Looks up one host whose MX status the caller knows.
pub(crate) async fn lookup_host(
    call: &Rc<Call>,
    policy: Policy,
    host: &str,
    port: u16,
    next_hop: Option<&str>,
    mx: Mx,
) -> Destination {
    let verdict = policy.decide(mx, Address::Secure, Tlsa::Secure, Certificate::NotApplicable);
    let next_hop = next_hop.and_then(|name| names::parse(name).ok()).map(|name| display(&name));
    let is_given = mx != Mx::Configured;
    let note = is_given.then(|| Arc::new(Finding::GivenMx(host.to_owned())));
    let notes = Notes { mx: note.clone(), ..Notes::default() };
    let domain = self::next_hop(host).unwrap_or_else(|_| excerpt(without_final_dot(host)));
    let decision = notes.decide(verdict, &domain);
    let mut destination = Destination::new(&domain, policy, port, mx, decision);
    if matches!(mx, Mx::Secure | Mx::Insecure | Mx::Configured) {
        let next_hops: Vec<String> = match mx {
            Mx::Insecure => Vec::new(),
            _ => next_hop.into_iter().collect(),
        };
        call.budget.allow_hosts(1);
        let target = Target::parse(host);
        let query = Query {
            name: without_final_dot(host),
            target,
            preference: 0,
            port,
            policy,
            mx,
            mx_note: note,
            mx_lifetime: None,
            next_hops: &next_hops,
            mx_denial: None,
        };
        let host = host::look_up(call, &query).await;
        destination = destination.with_hosts(vec![host]);
    }
    destination.queries = call.budget.queries_sent();
    destination
}

async fn lookup_literal(
    call: &Rc<Call>,
    policy: Policy,
    domain: &str,
    target: Target,
    port: u16,
) -> Destination {
    let domain = without_final_dot(domain);
    let query = Query {
        name: domain,
        target,
        preference: 0,
        port,
        policy,
        mx: Mx::Configured,
        mx_note: None,
        mx_lifetime: None,
        next_hops: &[],
        mx_denial: None,
    };
    let mut host = host::look_up(call, &query).await;
    host.decision.verdict = host.decision.verdict.with_scope(Scope::Domain);
    let decision = host.decision.clone();
    Destination::new(domain, policy, port, Mx::Configured, decision).with_hosts(vec![host])
}

async fn look_up_hosts(
    call: &Rc<Call>,
    policy: Policy,
    port: u16,
    answer: &MxAnswer,
    listed: Vec<(u16, Name)>,
    next_hops: Vec<String>,
) -> Vec<Host> {
    call.budget.allow_hosts(listed.len());
    let look_up = async |preference: u16, name: Name| {
        let query = Query {
            name: &display(&name),
            target: Target::of_mx(name),
            preference,
            port,
            policy,
            mx: answer.status,
            mx_note: Some(answer.note.clone()),
            mx_lifetime: answer.lifetime,
            next_hops: &next_hops,
            mx_denial: answer.denial.clone(),
        };
        host::look_up(call, &query).await
    };
    all(listed.into_iter().map(|(preference, name)| look_up(preference, name))).await
}

/// The decision where the MX column alone decides; hosts replace it otherwise.
fn domain_decision(policy: Policy, domain: &Name, answer: &MxAnswer) -> Decision {
    let by_mx = |mx| {
        let (address, tlsa) = (Address::NotApplicable, Tlsa::NotApplicable);
        policy.decide(mx, address, tlsa, Certificate::NotApplicable)
    };
    let is_denial_secure = answer.denial.as_ref().is_some_and(|basis| basis.is_secure());
    let verdict = match (&answer.hosts, answer.status) {
        (MxHosts::Null, status) if policy.may_fail(status == Mx::Secure) => Verdict::NULL_MX,
        (MxHosts::Null, _) => Verdict::INSECURE_NULL_MX,
        (MxHosts::None, Mx::Nxdomain) if policy.may_fail(is_denial_secure) => Verdict::NO_DOMAIN,
        (MxHosts::None, Mx::Secure | Mx::Insecure) => by_mx(Mx::Nxdomain),
        _ => by_mx(answer.status),
    };
    let verdict = match verdict.detail {
        Detail::MxBogus if answer.detail != Detail::None => verdict.with_detail(answer.detail),
        _ => verdict,
    };
    let name = Some(domain.clone());
    let notes = Notes { name, mx: Some(answer.note.clone()), ..Notes::default() };
    notes.decide(verdict, &display(domain))
}

#[cfg(test)]
mod tests {
    use world::World;

    use super::*;
    use crate::decide::Level;
    use crate::dns::Mode;
    use crate::sim::{Network, context};

    #[test]
    fn rfc7672_3_2_2_the_next_hop_is_a_reference_only_where_it_named_the_host_securely() {
        let world = World::without_sockets();
        let context = context(&world, Level::Dane, Mode::Validate);
        let references = |mx| {
            let mut network = Network::of(&world);
            let mut calls = context.over(&mut network);
            let next_hop = Some("Good.test.");
            let found = calls.lookup_host("mx.good.test", world.smtp_port, next_hop, mx).unwrap();
            found.hosts.first().map(|host| host.reference_names.clone())
        };
        let (host, next_hop) = (String::from("mx.good.test"), String::from("good.test"));
        for secure in [Mx::Secure, Mx::Configured] {
            assert_eq!(references(secure), Some(vec![host.clone(), next_hop.clone()]));
        }
        assert_eq!(references(Mx::Insecure), Some(vec![host]));
        for none in [Mx::Bogus, Mx::Nxdomain, Mx::NotApplicable] {
            assert_eq!(references(none), None);
        }
    }

    #[test]
    fn whoever_gives_the_mx_status_is_told_that_it_was_given() {
        let world = World::without_sockets();
        let context = context(&world, Level::Dane, Mode::Validate);
        let text = |host: &str, mx| {
            let mut network = Network::of(&world);
            let mut calls = context.over(&mut network);
            calls.lookup_host(host, world.smtp_port, None, mx).unwrap().decision.text
        };
        let given = "MX status of mx.good.test as given by the caller";
        for mx in [Mx::Insecure, Mx::Bogus, Mx::Nxdomain, Mx::NotApplicable] {
            let text = text("mx.good.test", mx);
            assert!(text.contains(given), "{mx:?}: {text}");
        }
        for host in ["mx.good.test", "no-such-domain.test", "no name", "[192.0.2.1]"] {
            let text = text(host, Mx::Configured);
            assert!(!text.contains("MX status"), "{text}");
        }
    }

    #[test]
    fn a_host_is_found_by_its_name_and_who_is_not_listed_waits() {
        let world = World::without_sockets();
        let context = context(&world, Level::Dane, Mode::Validate);
        let found =
            context.over(&mut Network::of(&world)).lookup("good.test", world.smtp_port).unwrap();
        assert_eq!(found.mx_text(), "MX of good.test is secure, signed by good.test");
        for name in ["mx.good.test", "MX.Good.test."] {
            assert_eq!(found.host(name).unwrap().name, "mx.good.test");
            assert_eq!(found.host_decision(name), found.hosts[0].decision);
        }
        for name in ["good.test", "mx.good.test..", "", "mx.good.tes"] {
            assert!(found.host(name).is_none(), "{name}");
            assert_eq!(found.host_decision(name).verdict, Verdict::UNKNOWN_HOST);
        }
    }
}
