//! One host that takes a domain's mail.

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;
use sha2::{Digest, Sha256};

use super::address::{self, weaker};
use super::explain::Notes;
use super::policy::Policy;
use super::tlsa::TlsaAnswer;
use super::{literal, tlsa};
use crate::budget::{Pace, at_once};
use crate::cause::{Basis, Detail, Finding};
use crate::decide::{Action, Address, Certificate, Decision, Mx, Reason, Scope, Tlsa, Verdict};
use crate::dns::wire::names::{self, InvalidName, display};
use crate::dns::{Call, Lifetime};
use crate::text::{excerpt, is_host_name, line, without_final_dot};
use crate::tlsa::{Record, only_keys};
use crate::verify::{Match, Shown, Verification, verify_at};

/// An MX host, its addresses and its TLSA records.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Host {
    /// The host name as in the MX record, without a final dot, in lower case; the escaped beginning of what is no name.
    pub name: String,
    /// MX preference; 0 without MX.
    pub preference: u16,
    /// The port mail goes to.
    pub port: u16,
    /// What was demanded.
    pub policy: Policy,
    /// Status of the MX RRset that named this host.
    pub mx: Mx,
    /// Status of the addresses.
    pub address: Address,
    /// The addresses in the order to try them.
    pub addresses: Vec<IpAddr>,
    /// Status of the TLSA RRset.
    pub tlsa: Tlsa,
    /// The TLSA base domain: the SNI to send (RFC 7672 section 8.1).
    pub base_domain: Option<String>,
    /// Reference identifiers, the base domain first (RFC 7672 section 3.2.2); none without a base domain.
    pub reference_names: Vec<String>,
    /// The TLSA records behind a secure status, usable or not.
    pub records: Vec<Record<'static>>,
    /// The decision before connecting.
    pub decision: Decision,
    pub(crate) notes: Notes,
    /// The names that it is an alias of, the one that has the addresses last.
    pub aliases: Vec<String>,
    /// How long what DNS says of it lasts.
    pub lifetimes: Lifetimes,
}

/// How long what DNS says of a host lasts, where there are such records.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Lifetimes {
    /// Of the MX records that name it.
    pub mx: Option<Lifetime>,
    /// Of its IPv4 addresses.
    pub a: Option<Lifetime>,
    /// Of its IPv6 addresses.
    pub aaaa: Option<Lifetime>,
    /// Of its secure TLSA records.
    pub tlsa: Option<Lifetime>,
}

/// What is called a host.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Name(Name),
    Literal(IpAddr),
    /// Nothing that has addresses, for this reason.
    Invalid(InvalidName),
}

impl Target {
    /// A host that somebody named.
    pub(super) fn parse(text: &str) -> Self {
        match (literal::parse(text), names::parse(text)) {
            (Some(address), _) => Self::Literal(address),
            (None, Ok(name)) => Self::Name(name),
            (None, Err(invalid)) => Self::Invalid(invalid),
        }
    }

    /// The target of an MX record.
    pub(super) fn of_mx(name: Name) -> Self {
        match literal::parse(&display(&name)) {
            Some(address) => Self::Literal(address),
            None if names::is_plain(&name) => Self::Name(name),
            None => Self::Invalid(InvalidName::NotAscii),
        }
    }
}

/// What the caller of [`look_up`] knows about a host.
pub(super) struct Query<'a> {
    pub(super) name: &'a str,
    pub(super) target: Target,
    pub(super) preference: u16,
    pub(super) port: u16,
    pub(super) policy: Policy,
    pub(super) mx: Mx,
    pub(super) mx_note: Option<Arc<Finding>>,
    pub(super) mx_lifetime: Option<Lifetime>,
    /// The next hop and its expansion, where the MX is secure.
    pub(super) next_hops: &'a [String],
    /// The domain is its own host, and a missing address speaks for it: what the denial of its MX records rests on.
    pub(super) mx_denial: Option<Arc<Basis>>,
}

/// A column's finding in words: one line of printable ASCII, empty where nothing was looked up.
pub(super) fn text_of(finding: Option<&Finding>) -> String {
    finding.map(Finding::line).unwrap_or_default()
}

/// Looks up addresses and TLSA records of a host, and decides.
pub(super) async fn look_up(call: &Rc<Call>, query: &Query<'_>) -> Host {
    let mut host = Host::blank(query);
    let name = match &query.target {
        Target::Name(name) => name,
        Target::Literal(address) => {
            host.be_literal(*address);
            return host;
        }
        Target::Invalid(why) => {
            host.name = excerpt(&host.name);
            host.decision = host.notes.decide_invalid(Verdict::INVALID_HOST, &host.name, *why);
            return host;
        }
    };
    let addresses = address::look_up(call, name);
    call.prepare_host(name);
    // Asked for before it is known whether they count.
    let own = query.policy.level.and_then(|_| tlsa::own(call, name, query.port));
    let addresses = addresses.await;
    let records = match addresses.status {
        Address::Secure => {
            tlsa::look_up(call, name, addresses.expanded.as_ref(), own, query.port).await
        }
        _ => TlsaAnswer::not_looked_up(),
    };
    host.name = display(name);
    host.aliases = addresses.aliases;
    [host.lifetimes.a, host.lifetimes.aaaa] = addresses.lifetimes;
    host.lifetimes.tlsa = records.lifetime;
    host.address = addresses.status;
    host.addresses = addresses.addresses;
    host.tlsa = records.status;
    host.records = records.records;
    if let Some(base) = &records.base_domain {
        host.reference_names.push(base.clone());
        for next_hop in query.next_hops {
            if !host.reference_names.contains(next_hop) {
                host.reference_names.push(next_hop.clone());
            }
        }
    }
    host.base_domain = records.base_domain;
    host.notes.name = Some(name.clone());
    host.notes.address = addresses.note;
    host.notes.family = addresses.aside;
    host.notes.is_mx_insecure = query.mx == Mx::Insecure
        && matches!(records.status, Tlsa::Secure | Tlsa::Unusable | Tlsa::Bogus);
    host.notes.tlsa = records.note;

    let mut verdict = host.table(Certificate::NotApplicable);
    verdict = match verdict.detail {
        Detail::AddressBogus if addresses.detail != Detail::None => {
            verdict.with_detail(addresses.detail)
        }
        Detail::TlsaBogus if records.detail != Detail::None => verdict.with_detail(records.detail),
        _ => verdict,
    };
    if query.mx_denial.is_some() && verdict.reason == Reason::NotFound {
        verdict = verdict.with_scope(Scope::Domain);
    }
    if let Some((mx, address)) = query.mx_denial.clone().zip(addresses.denial) {
        let basis = weaker(mx, address);
        if query.policy.may_fail(basis.is_secure()) {
            verdict = Verdict::NO_ADDRESS;
        }
        let domain = name.clone();
        host.notes.address = Some(Arc::new(Finding::NoMailHost { domain, basis }));
    }
    host.decision = host.notes.decide(verdict, &host.name);
    host
}

impl Host {
    /// The name to ask the server for in TLS: the TLSA base domain (RFC 7672 section 8.1), or without one the host's; none
    /// for an address, and for what is no host name: servers end a handshake with such (RFC 6066 section 3).
    pub fn server_name(&self) -> Option<&str> {
        let name = self.base_domain.as_ref().unwrap_or(&self.name);
        is_host_name(name).then_some(name)
    }

    fn blank(query: &Query<'_>) -> Self {
        Self {
            name: query.name.to_ascii_lowercase(),
            preference: query.preference,
            port: query.port,
            policy: query.policy,
            mx: query.mx,
            address: Address::NotApplicable,
            addresses: Vec::new(),
            tlsa: Tlsa::NotApplicable,
            base_domain: None,
            reference_names: Vec::new(),
            records: Vec::new(),
            decision: Notes::default().decide(Verdict::UNAVAILABLE, query.name),
            notes: Notes { mx: query.mx_note.clone(), ..Notes::default() },
            aliases: Vec::new(),
            lifetimes: Lifetimes { mx: query.mx_lifetime, ..Lifetimes::default() },
        }
    }

    /// An IP address has no name to look up, so nothing about it is secure (RFC 7672 section 2.2).
    fn be_literal(&mut self, address: IpAddr) {
        self.address = Address::Insecure;
        self.addresses = vec![address];
        self.notes.address = Some(Arc::new(Finding::AddressLiteral));
        let mut verdict = self.table(Certificate::NotApplicable);
        if verdict.detail == Detail::AddressInsecure {
            verdict = verdict.with_detail(Detail::AddressLiteral);
        }
        self.decision = self.notes.decide(verdict, &self.name);
    }

    /// What the status of the addresses rests on, in words: one line of printable ASCII, empty where nothing was looked up.
    pub fn address_text(&self) -> String {
        match (&self.notes.address, &self.notes.family) {
            (Some(address), Some(family)) => line(format_args!("{address}; {family}")),
            (address, _) => text_of(address.as_deref()),
        }
    }

    /// The same for the TLSA records.
    pub fn tlsa_text(&self) -> String {
        text_of(self.notes.tlsa.as_deref())
    }

    fn table(&self, certificate: Certificate) -> Verdict {
        self.policy.decide(self.mx, self.address, self.tlsa, certificate)
    }

    /// Whether this is the host's name; case and one final dot do not matter.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(without_final_dot(name))
    }

    /// Verifies a DER chain, the server's certificate first, against this host's TLSA records.
    ///
    /// `now` is in seconds since 1970.
    pub fn verify(&self, chain: &[&[u8]], now: i64) -> Verification {
        at_once(self.verify_at(&Pace::unhurried(), Shown::Chain(chain), now))
    }

    /// The same for a raw public key (RFC 7250), a bare SubjectPublicKeyInfo in DER.
    pub fn verify_raw_key(&self, spki: &[u8], now: i64) -> Verification {
        at_once(self.verify_at(&Pace::unhurried(), Shown::RawKey(spki), now))
    }

    /// The same for who has a deadline.
    pub(crate) async fn verify_at(&self, pace: &Pace, shown: Shown<'_>, now: i64) -> Verification {
        verify_at(pace, &self.records, shown, &self.reference_names, now).await
    }

    /// Whether the handshake may offer to take a raw public key (RFC 7250): where the decision is VERIFY, and every usable
    /// record is DANE-EE(3) SPKI(1), for no other can match one (RFC 7671 section 5.1).
    pub fn raw_key_usable(&self) -> bool {
        self.decision.verdict.action == Action::Verify && only_keys(&self.records)
    }

    /// The decision after connecting. What a connection shows never lifts a refusal.
    pub fn decide(&self, verification: &Verification) -> Decision {
        let before = &self.decision.verdict;
        if matches!(before.action, Action::Defer | Action::Fail) {
            return self.decision.clone();
        }
        let mut verdict = self.table(verification.certificate);
        let is_same = (verdict.action, verdict.reason) == (before.action, before.reason);
        if is_same && verification.result != Match::None {
            // The chain had no say, so the facts from before explain it.
            let verdict = before.with_connection(true);
            return Decision { verdict, ..self.decision.clone() };
        }
        if verdict.reason != Reason::None && verification.detail != Detail::None {
            verdict = verdict.with_detail(verification.detail);
        }
        self.notes.decide_seen(verdict, &self.name, verification, &self.reference_names)
    }

    /// A printable digest over everything that a reused connection or TLS session must share.
    pub fn policy_key(&self) -> String {
        let mut digest = Sha256::new();
        let mut field = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        field(&self.policy.level.map_or(0, |level| level as i32).to_be_bytes());
        field(&[self.policy.audit.into()]);
        field(&(self.decision.verdict.action as i32).to_be_bytes());
        field(&self.port.to_be_bytes());
        field(self.base_domain.as_deref().unwrap_or_default().as_bytes());
        let usable: Vec<&Record<'_>> =
            self.records.iter().filter(|record| record.usability().is_ok()).collect();
        field(&(usable.len() as u64).to_be_bytes());
        for record in usable {
            field(&[record.usage, record.selector, record.matching_type]);
            field(&record.data);
        }
        for name in &self.reference_names {
            field(name.as_bytes());
        }
        data_encoding::HEXLOWER.encode(&digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use world::World;

    use super::*;
    use crate::context::Context;
    use crate::decide::Level;
    use crate::dns::Mode;
    use crate::lookup::Destination;
    use crate::sim::{Network, context};

    fn look_up(world: &World, context: &Context, domain: &str) -> Destination {
        context.over(&mut Network::of(world)).lookup(domain, world.smtp_port).unwrap()
    }

    /// The first host of a domain in the world.
    fn host(world: &World, domain: &str) -> Host {
        look_up(world, &context(world, Level::Dane, Mode::Validate), domain).hosts.remove(0)
    }

    #[test]
    fn a_lookup_that_fails_says_why_where_the_column_does_not_say_it_all() {
        let world = World::without_sockets();
        let context = context(&world, Level::Dane, Mode::Validate);
        for (domain, reason, detail) in [
            ("mx-bogus.test", Reason::NotFound, Detail::MxBogus),
            ("mx-silent.test", Reason::NotFound, Detail::Timeout),
            ("no-a.test", Reason::NotFound, Detail::AddressBogus),
            ("nothing-a-altered.test", Reason::NotFound, Detail::AddressBogus),
            ("nothing-a-servfail.test", Reason::NotFound, Detail::ServerFailure),
            ("tlsa-bogus.test", Reason::TlsaLookup, Detail::TlsaBogus),
            ("silent-tlsa.test", Reason::TlsaLookup, Detail::Timeout),
        ] {
            let decision = look_up(&world, &context, domain).decision;
            let verdict = decision.verdict;
            assert_eq!((verdict.action, verdict.reason), (Action::Defer, reason), "{domain}");
            assert_eq!(verdict.detail, detail, "{domain}: {}", decision.text);
        }
    }

    #[test]
    fn rfc7672_2_2_an_address_literal_is_insecure_and_called_so() {
        let world = World::without_sockets();
        let mut context = context(&world, Level::Dane, Mode::Validate);
        let detail = |context: &Context| {
            let found = look_up(&world, context, "[192.0.2.1]").hosts.remove(0);
            assert_eq!((found.address, found.tlsa), (Address::Insecure, Tlsa::NotApplicable));
            found.decision.verdict.detail
        };
        assert_eq!(detail(&context), Detail::AddressLiteral);
        context.set_level(None);
        assert_eq!(detail(&context), Detail::DaneOff);
    }

    #[test]
    fn a_host_says_what_its_columns_rest_on() {
        let world = World::without_sockets();
        let tlsa = |host: &str| format!("TLSA of _{}._tcp.{host}: ", world.smtp_port);
        let good = host(&world, "good.test");
        assert_eq!(good.address_text(), "address of mx.good.test is secure, signed by good.test");
        let text = format!("{}1 record, signed by good.test", tlsa("mx.good.test"));
        assert_eq!(good.tlsa_text(), text);
        assert!(good.decision.text.ends_with(&text), "{}", good.decision.text);
        let alias = host(&world, "lint-into-open.test").address_text();
        assert!(alias.contains(" is a secure alias of an insecure name: "), "{alias}");
        let family = host(&world, "aaaa-bogus.test").address_text();
        let address = "address of mx.aaaa-bogus.test is secure, signed by aaaa-bogus.test; ";
        assert!(family.starts_with(address), "{family}");
        let literal = host(&world, "[192.0.2.1]");
        assert_eq!(literal.address_text(), "an IP address has no TLSA record");
        assert_eq!(literal.tlsa_text(), "");
    }

    #[test]
    fn a_connection_that_had_no_say_leaves_the_facts_from_before() {
        let world = World::without_sockets();
        let open = host(&world, "lint-open.test");
        let before = &open.decision;
        assert_eq!(before.verdict.action, Action::Opportunistic);
        let after = open.decide(&open.verify(&[b"a certificate"], world.now));
        assert_eq!(after.verdict, before.verdict.with_connection(true));
        assert_eq!((&after.text, &after.cause), (&before.text, &before.cause));
        let seen = String::from("STARTTLS not offered");
        let none = Verification::failure(Certificate::NoStarttls, Detail::NoStarttls, seen);
        let after = open.decide(&none);
        assert_eq!(after.verdict, before.verdict.with_connection(true));
        assert!(after.text.ends_with("; STARTTLS not offered"), "{}", after.text);
    }

    #[test]
    fn a_refusal_after_connecting_has_the_detail_of_the_connection_where_there_is_one() {
        let world = World::without_sockets();
        let good = host(&world, "good.test");
        for (detail, told) in
            [(Detail::NameMismatch, Detail::NameMismatch), (Detail::None, Detail::NoMatch)]
        {
            let text = String::from("refused");
            let seen = Verification::failure(Certificate::Unsuccessful, detail, text);
            let verdict = good.decide(&seen).verdict;
            assert_eq!((verdict.action, verdict.reason), (Action::Defer, Reason::NotTrusted));
            assert_eq!(verdict.detail, told);
        }
    }

    #[test]
    fn rfc7671_5_1_raw_keys_are_for_hosts_to_verify_by_their_key_alone() {
        let world = World::without_sockets();
        for (domain, is_usable) in [
            ("good.test", true),
            ("good.unsigned.test", true),
            ("ta-cert.test", false),
            ("pkix-ta-only.test", false),
            ("tlsa-none.test", false),
            ("tlsa-bogus.test", false),
        ] {
            assert_eq!(host(&world, domain).raw_key_usable(), is_usable, "{domain}");
        }
        let mut changed = host(&world, "good.test");
        changed.decision.verdict.action = Action::Encrypt;
        assert!(!changed.raw_key_usable(), "its records alone");
    }

    #[test]
    fn a_raw_key_is_decided_on_as_a_certificate() {
        let world = World::without_sockets();
        let mut good = host(&world, "good.test");
        let key = world::forge::Key::p256().spki;
        let action = |host: &Host, key: &[u8]| {
            let decision = host.decide(&host.verify_raw_key(key, world.now));
            (decision.verdict.action, decision.verdict.reason)
        };
        let refused = (Action::Defer, Reason::NotTrusted);
        assert_eq!([action(&good, &key), action(&good, &[])], [refused, refused]);
        good.records[0] = Record { matching_type: 0, data: key.clone().into(), ..good.records[0] };
        assert_eq!(action(&good, &key), (Action::Deliver, Reason::None));
        for (domain, before, without) in [
            ("pkix-ta-only.test", Action::Encrypt, (Action::Defer, Reason::HandshakeFailed)),
            ("tlsa-none.test", Action::Opportunistic, (Action::Opportunistic, Reason::None)),
            ("tlsa-bogus.test", Action::Defer, (Action::Defer, Reason::TlsaLookup)),
            ("nothing.test", Action::Fail, (Action::Fail, Reason::NotFound)),
        ] {
            let host = host(&world, domain);
            assert_eq!(host.decision.verdict.action, before, "{domain}");
            assert_eq!(action(&host, &key).0, before, "{domain}");
            assert_eq!(action(&host, &[]), without, "{domain}");
        }
    }

    #[test]
    fn a_policy_key_differs_where_a_connection_must_not_be_shared() {
        let world = World::without_sockets();
        let host = host(&world, "good.test");
        let key = host.policy_key();
        assert!(key.len() == 64 && key.bytes().all(|octet| octet.is_ascii_hexdigit()), "{key}");
        let changed = |change: fn(&mut Host)| {
            let mut other = host.clone();
            change(&mut other);
            other.policy_key()
        };
        let changes: [fn(&mut Host); 11] = [
            |host| host.policy.level = None,
            |host| host.policy.level = Some(Level::DaneOnly),
            |host| host.policy.audit = true,
            |host| host.decision.verdict.action = Action::Encrypt,
            |host| host.port += 1,
            |host| host.base_domain = None,
            |host| host.records.clear(),
            |host| host.records.push(host.records[0].clone()),
            |host| host.records[0].usage = 2,
            |host| host.records[0].data.to_mut()[0] ^= 1,
            |host| host.reference_names.push("good.test".into()),
        ];
        let mut keys: Vec<String> = changes.map(changed).into();
        keys.push(key.clone());
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), changes.len() + 1);
        let same: [fn(&mut Host); 2] = [
            |host| host.records.push(Record::from_rdata(&[9, 9, 9, 9])),
            |host| host.addresses.clear(),
        ];
        assert_eq!(same.map(changed), [key.clone(), key]);
    }
}
