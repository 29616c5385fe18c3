//! What a domain's hosts deserve: the columns of its case through `decide`, at the time that the clock showed the call.
//!
//! The columns are those of the world's own time. By validation they hold as long as the world's signatures do, a day before
//! and after; at any other time nothing is proven, so that the MX column is bogus whatever is asked, an insecure delegation's
//! proof of absence being as old as all else. A resolver's word knows no time. A match by DANE-TA holds while the
//! certificates do. No claim is made for the two seconds in which what has expired, or what is to come, touches what holds.

use world::{Case, HostTruth, World};

use super::level;
use crate::check::Report;
use crate::decide::{Action, Address, Certificate, Decision, Mx, Reason, Tlsa, Verdict, decide};
use crate::dns::Mode;
use crate::lookup::{Destination, Host};

/// Seconds that signatures of the world hold before and after it was built.
pub(crate) const HOLD: i64 = 86_400;

/// The truth about a case, as a call in this mode may find it.
pub(crate) struct Oracle<'w> {
    world: &'w World,
    case: &'w Case,
    mode: Mode,
}

/// The columns of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    mx: Mx,
    address: Address,
    tlsa: Tlsa,
    certificate: Certificate,
}

impl Columns {
    fn of(truth: &HostTruth, time: i64) -> Self {
        let [mx, address, tlsa, mut certificate] = truth.columns;
        if let Some((from, to)) = truth.matches_within {
            certificate = if (from..=to).contains(&time) { "successful" } else { "unsuccessful" };
        }
        Self {
            mx: match mx {
                "secure" => Mx::Secure,
                "insecure" => Mx::Insecure,
                "configured" => Mx::Configured,
                other => panic!("MX {other}"),
            },
            address: match address {
                "secure" => Address::Secure,
                "insecure" => Address::Insecure,
                "nxdomain" => Address::Nxdomain,
                "bogus" => Address::Bogus,
                "-" => Address::NotApplicable,
                other => panic!("address {other}"),
            },
            tlsa: match tlsa {
                "secure" => Tlsa::Secure,
                "insecure" => Tlsa::Insecure,
                "nxdomain" => Tlsa::Nxdomain,
                "bogus" => Tlsa::Bogus,
                "unusable" => Tlsa::Unusable,
                "-" => Tlsa::NotApplicable,
                other => panic!("TLSA {other}"),
            },
            certificate: match certificate {
                "successful" => Certificate::Successful,
                "unsuccessful" => Certificate::Unsuccessful,
                "no-starttls" => Certificate::NoStarttls,
                "handshake-failed" => Certificate::HandshakeFailed,
                "connection-failed" => Certificate::ConnectionFailed,
                "established" => Certificate::Established,
                "-" => Certificate::NotApplicable,
                other => panic!("certificate {other}"),
            },
        }
    }

    /// Whether a fault may have made these of what is true: what is known becomes unknown, and nothing else.
    fn may_be(self, host: &Host) -> bool {
        let is_address = [self.address, Address::Bogus].contains(&host.address);
        let is_tlsa = [self.tlsa, Tlsa::Bogus, Tlsa::NotApplicable].contains(&host.tlsa);
        host.mx == self.mx && is_address && is_tlsa
    }
}

/// How much a verdict permits. Nothing: whoever defers or fails tries no delivery. Then the server that DANE names; the same
/// behind an MX that anybody may have forged; any server over TLS; any server, in the clear too.
fn permits(verdict: Verdict) -> u8 {
    match verdict.action {
        Action::Fail | Action::Defer => 0,
        Action::Verify | Action::Deliver => 1,
        Action::Opportunistic if verdict.tls_required => 2,
        Action::Encrypt => 3,
        Action::Opportunistic => 4,
    }
}

impl<'w> Oracle<'w> {
    pub(crate) fn new(world: &'w World, case: &'w Case, mode: Mode) -> Self {
        Self { world, case, mode }
    }

    /// Whether all that the outcome rests on is signed, so that whoever alters a reply is found out.
    pub(crate) fn finds_out(&self) -> bool {
        self.mode == Mode::Validate && !self.case.is_open
    }

    /// Whether anything can be proven at a time; no claim where that is a matter of what the case has broken.
    fn holds(&self, time: i64) -> Option<bool> {
        let age = (time - self.world.now).abs();
        match self.mode {
            Mode::Validate if age == HOLD => None,
            Mode::Validate => Some(age < HOLD),
            Mode::TrustAd => Some(true),
        }
    }

    /// The hosts that a call finds at a time. A next hop that is an address is its own host, whatever DNS says.
    fn hosts(&self, holds: bool, time: i64) -> Vec<Columns> {
        let hosts = self.case.hosts.iter().map(|host| Columns::of(host, time));
        hosts.filter(|columns| holds || columns.mx == Mx::Configured).collect()
    }

    fn before(&self, columns: Columns) -> Verdict {
        let Columns { mx, address, tlsa, .. } = columns;
        if self.case.expected.action == "fail" {
            // Such a domain has no host but itself, without an address.
            return Verdict::NO_ADDRESS;
        }
        decide(level(self.case), mx, address, tlsa, Certificate::NotApplicable)
    }

    fn after(&self, columns: Columns) -> Verdict {
        let Columns { mx, address, tlsa, certificate } = columns;
        match self.before(columns).action {
            // Nobody connects.
            Action::Defer | Action::Fail => self.before(columns),
            _ => decide(level(self.case), mx, address, tlsa, certificate),
        }
    }

    /// Whether mail for the domain bounces at a time.
    fn fails(&self, holds: bool) -> bool {
        holds && self.case.expected.action == "fail"
    }

    /// What is wrong with what a call found at this time without a fault, but that better hosts perhaps refused connections.
    pub(crate) fn differences(&self, report: &Report, time: i64, refuses: bool) -> Vec<String> {
        let Some(holds) = self.holds(time) else { return Vec::new() };
        let mut wrong = Vec::new();
        let mut same = |what: &str, found: Verdict, deserved: Verdict| {
            let short = |verdict: Verdict| (verdict.action, verdict.reason, verdict.tls_required);
            if short(found) != short(deserved) {
                wrong.push(format!("{what}: {:?}, not {:?}", short(found), short(deserved)));
            }
        };
        let hosts = self.hosts(holds, time);
        let found = &report.destination.hosts;
        for ((host, attempt), columns) in found.iter().zip(&report.attempts).zip(&hosts) {
            same(&host.name, host.decision.verdict, self.before(*columns));
            let is_dead = |verdict: Verdict| verdict.reason == Reason::ConnectionFailed;
            let attempt = attempt.as_ref().map(|attempt| attempt.decision.verdict);
            if let Some(verdict) = attempt.filter(|verdict| !(refuses && is_dead(*verdict))) {
                same(&host.name, verdict, self.after(*columns));
            }
        }
        if hosts.len() != found.len() {
            wrong.push(format!("{} hosts, not {}", found.len(), hosts.len()));
        }
        wrong.extend(self.unknown_hosts(&report.destination));
        let fails = report.decision.verdict.action == Action::Fail;
        if fails != self.fails(holds) {
            wrong.push(report.decision.text.clone());
        }
        wrong
    }

    /// Hosts that are not those of the case.
    fn unknown_hosts(&self, destination: &Destination) -> Vec<String> {
        let names = destination.hosts.iter().map(|host| &host.name);
        let others = names.zip(&self.case.hosts).filter(|(name, truth)| **name != truth.name);
        others.map(|(name, truth)| format!("host {name}, not {}", truth.name)).collect()
    }

    /// What is wrong with a decision that may permit so much at most.
    fn objection(&self, holds: bool, what: &str, decision: &Decision, most: u8) -> Option<String> {
        let verdict = decision.verdict;
        let bounces = verdict.action == Action::Fail && !self.fails(holds);
        let is_wrong = permits(verdict) > most || bounces || verdict.may_deliver();
        is_wrong.then(|| format!("{what}: {}", decision.text))
    }

    /// What a lookup found that no fault can excuse, where its clock showed this time.
    pub(crate) fn objections_before(&self, destination: &Destination, time: i64) -> Vec<String> {
        let Some(holds) = self.holds(time) else { return Vec::new() };
        let hosts = self.hosts(holds, time);
        let mut wrong = self.unknown_hosts(destination);
        let (found, known) = (destination.hosts.len(), hosts.len());
        if found != 0 && found != known {
            wrong.push(format!("{found} hosts, not {known}"));
        }
        let most: Vec<u8> = hosts.iter().map(|columns| permits(self.before(*columns))).collect();
        let mut any = 0;
        for (index, host) in destination.hosts.iter().enumerate() {
            let most = most.get(index).copied().unwrap_or(0);
            wrong.extend(self.objection(holds, "host", &host.decision, most));
            any = any.max(most);
        }
        wrong.extend(self.objection(holds, "destination", &destination.decision, any));
        for (host, columns) in destination.hosts.iter().zip(&hosts) {
            if !columns.may_be(host) {
                let (mx, address, tlsa) = (host.mx, host.address, host.tlsa);
                wrong.push(format!("{}: {mx:?} {address:?} {tlsa:?}", host.name));
            }
        }
        wrong
    }

    /// The same of a check, whose hosts were connected to.
    pub(crate) fn objections(&self, report: &Report, time: i64) -> Vec<String> {
        let Some(holds) = self.holds(time) else { return Vec::new() };
        let hosts = self.hosts(holds, time);
        let most = |index: usize, verdict: &dyn Fn(Columns) -> Verdict| {
            hosts.get(index).map_or(0, |columns| permits(verdict(*columns)))
        };
        let after = |index| most(index, &|columns| self.after(columns));
        let mut wrong = self.objections_before(&report.destination, time);
        for (index, attempt) in report.attempts.iter().enumerate() {
            let attempt = attempt.as_ref().map(|attempt| &attempt.decision);
            wrong.extend(attempt.and_then(|it| self.objection(holds, "attempt", it, after(index))));
        }
        let via = report.via.map(|index| match report.attempts[index] {
            Some(_) => after(index),
            None => most(index, &|columns| self.before(columns)),
        });
        wrong.extend(self.objection(holds, "domain", &report.decision, via.unwrap_or(0)));
        wrong
    }
}
