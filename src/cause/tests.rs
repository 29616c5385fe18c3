//! Each cause as a sentence, and its fields.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::*;
use crate::budget::Exhausted;
use crate::dns::wire::names::{InvalidName, parse};
use crate::dns::wire::{ExtendedError, rtype};

fn name(text: &str) -> Name {
    parse(text).unwrap()
}

fn server() -> SocketAddr {
    "192.0.2.53:53".parse().unwrap()
}

fn tlsa() -> Subject {
    Subject::new(&name("_25._tcp.mx.example"), rtype::TLSA)
}

fn unproven(fault: Fault) -> Cause {
    Cause::unproven(&tlsa().name, rtype::TLSA, &name("example"), fault)
}

fn refused(words: &[u8]) -> Cause {
    let error = Some(ExtendedError { code: 22, words: words.to_vec() });
    Cause::Refused { server: server(), subject: tlsa(), rcode: 2, error }
}

fn signed() -> Arc<Basis> {
    Basis::SignedBy(name("example")).into()
}

fn unsigned() -> Arc<Basis> {
    Basis::NoDs(name("example")).into()
}

fn trouble(name: &str, rtype: u16, cause: Cause) -> Finding {
    Finding::Trouble { subject: Subject::new(&parse(name).unwrap(), rtype), cause: cause.into() }
}

fn pairs(finding: Finding) -> Vec<(&'static str, String)> {
    let pairs = Facts::of(Some(finding.into())).pairs();
    let places =
        pairs.iter().map(|(field, _)| Facts::FIELDS.iter().position(|known| known == field));
    let places: Vec<usize> = places.map(Option::unwrap).collect();
    assert!(places.is_sorted_by(|left, right| left < right), "{pairs:?}");
    pairs
}

#[test]
fn each_basis_is_a_sentence() {
    let zone = || name("example");
    for (basis, is_secure, text) in [
        (Basis::SignedBy(zone()), true, "signed by example"),
        (Basis::SignedBy(Name::root()), true, "signed by ."),
        (Basis::NoDs(zone()), false, "no DS for example"),
        (
            Basis::UnsupportedDs(zone()),
            false,
            "DS of example has no supported algorithm and digest",
        ),
        (Basis::Sha1(zone()), false, "example is secured by SHA-1 alone, which is switched off"),
        (Basis::UncheckableKeys(zone()), false, "no key of example has a size that can be checked"),
        (Basis::OptOut(zone()), false, "example opts out of signing there"),
        (Basis::Iterations(zone()), false, "example asks for too many NSEC3 iterations"),
        (Basis::NoAnchor, false, "no trust anchor encloses it"),
        (Basis::Ad(server()), true, "resolver 192.0.2.53:53 says AD"),
        (Basis::NoAd(server()), false, "resolver 192.0.2.53:53 says no AD"),
        (Basis::NotLookedAt, false, "DNSSEC is not looked at"),
        (
            Basis::Serving(vec![server(); 2], vec![(Name::root(), vec![7, 9])]),
            true,
            "resolver 192.0.2.53:53, 192.0.2.53:53 serves DNSSEC records; trust anchors 7, 9 sign .",
        ),
        (
            Basis::Serving(vec![server()], vec![(zone(), vec![7])]),
            true,
            "resolver 192.0.2.53:53 serves DNSSEC records; trust anchor 7 signs example",
        ),
        (Basis::Validating(vec![server()]), true, "resolver 192.0.2.53:53 validates DNSSEC"),
    ] {
        assert_eq!((basis.is_secure(), basis.to_string().as_str()), (is_secure, text));
    }
}

#[test]
fn each_fault_is_a_sentence() {
    let zone = "signature of example";
    for (fault, text) in [
        (Fault::Missing, "no signature"),
        (Fault::ForeignSigner, "no signature by the zone example"),
        (Fault::NoEntryKey, "no key matches the DS records"),
        (Fault::NoAnchorKey, "no key matches the trust anchor"),
        (Fault::RevokedAnchor, "the trust anchor is revoked"),
        (Fault::Sha1Anchor, "the trust anchor of example is by SHA-1 alone, which is switched off"),
        (Fault::UnknownKey, "no signature by a trusted key of the zone example"),
        (Fault::UncheckableKey, "the key of example that signed has a size that cannot be checked"),
        (Fault::Sha1, &format!("{zone} is by SHA-1, which is switched off")),
        (Fault::Invalid, &format!("{zone} does not verify")),
        (Fault::NotYetValid(0), &format!("{zone} is not valid before 1970-01-01 00:00:00 UTC")),
        (Fault::Expired(1 << 32), &format!("{zone} expired at 2106-02-07 06:28:16 UTC")),
        (Fault::Undenied, "no proof that the record does not exist"),
        (Fault::NoProof, "no proof that the record does not exist (zone example)"),
        (Fault::MixedParameters, "NSEC3 records with different parameters (zone example)"),
        (Fault::NoKeys, "no records, but the zone is signed"),
        (Fault::Wildcard, "from a wildcard"),
        (Fault::CloserName, "wildcard without proof that no closer name exists"),
    ] {
        let cause = unproven(fault);
        assert_eq!(cause.to_string(), format!("TLSA of _25._tcp.mx.example: {text}"));
        assert!(cause.is_bogus(), "{cause}");
    }
    assert_eq!(unproven(Fault::Exhausted(Exhausted::Work)), Cause::Exhausted(Exhausted::Work));
}

#[test]
fn each_cause_is_a_sentence_and_has_its_detail() {
    let tlsa_of = "TLSA of _25._tcp.mx.example";
    let resolver = "resolver 192.0.2.53:53";
    let unusable = |why| Cause::Unusable { server: server(), subject: tlsa(), why };
    let not_usable = |why| format!("{resolver} gave no usable answer for {tlsa_of}: {why}");
    let demands = |what| format!("the answer demands too {what}");
    for (cause, detail, text) in [
        (
            unproven(Fault::NoAnchorKey),
            Detail::TrustAnchor,
            format!("{tlsa_of}: no key matches the trust anchor"),
        ),
        (
            unproven(Fault::Sha1Anchor),
            Detail::TrustAnchor,
            format!(
                "{tlsa_of}: the trust anchor of example is by SHA-1 alone, which is switched off"
            ),
        ),
        (unproven(Fault::Missing), Detail::None, format!("{tlsa_of}: no signature")),
        (
            Cause::SeveralAliases(Subject::new(&name("example"), rtype::CNAME)),
            Detail::None,
            "CNAME of example: more than one record".into(),
        ),
        (Cause::NoAnchor, Detail::None, "no trust anchor is configured".into()),
        (Cause::Insecure(unsigned()), Detail::None, "no DS for example".into()),
        (Cause::Aliases(10), Detail::AliasLoop, "more than 10 aliases, or a loop".into()),
        (Cause::NoServer, Detail::ServerFailure, "no name server is configured".into()),
        (
            Cause::Silent { server: server(), subject: tlsa() },
            Detail::Timeout,
            format!("{resolver} did not answer for {tlsa_of} in time"),
        ),
        (
            Cause::Unsent(tlsa()),
            Detail::Timeout,
            format!("no socket was free in time to ask for {tlsa_of}"),
        ),
        (
            refused(b""),
            Detail::ServerFailure,
            format!("{resolver} answered SERVFAIL for {tlsa_of} (EDE 22)"),
        ),
        (
            unusable(Unusable::Failed("connection refused".into())),
            Detail::ServerFailure,
            not_usable("connection refused"),
        ),
        (unusable(Unusable::Malformed), Detail::ServerFailure, not_usable("malformed message")),
        (
            unusable(Unusable::TruncatedOverTcp),
            Detail::ServerFailure,
            not_usable("truncated over TCP"),
        ),
        (
            Cause::StripsDnssec(server()),
            Detail::ResolverStripsDnssec,
            format!("{resolver} strips DNSSEC records"),
        ),
        (
            Cause::DoesNotValidate(server()),
            Detail::ResolverDoesNotValidate,
            format!("{resolver} does not validate: no AD for the signed root"),
        ),
        (Cause::Late, Detail::Timeout, "no answer in time, while the other family's came".into()),
        (
            Cause::InvalidName(InvalidName::EmptyLabel),
            Detail::NameInvalid,
            "name has an empty label".into(),
        ),
        (
            Cause::Exhausted(Exhausted::Time),
            Detail::Timeout,
            "no time left to prove the answer".into(),
        ),
        (Cause::Exhausted(Exhausted::Queries), Detail::BudgetExceeded, demands("many DNS queries")),
        (Cause::Exhausted(Exhausted::Work), Detail::BudgetExceeded, demands("much computing")),
        (Cause::Exhausted(Exhausted::Memory), Detail::BudgetExceeded, demands("much memory")),
        (
            Cause::Exhausted(Exhausted::SharedMemory),
            Detail::BudgetExceeded,
            "the lookups under way demand too much memory together".into(),
        ),
        (
            Cause::Exhausted(Exhausted::FailingSignatures),
            Detail::BudgetExceeded,
            demands("many failing signatures"),
        ),
    ] {
        assert_eq!((cause.detail(), cause.to_string()), (detail, text));
    }
}

#[test]
fn each_finding_is_a_sentence() {
    let host = || name("mx.example");
    let owner = || tlsa().name;
    let mx = |kind, basis| Finding::Mx { domain: name("example"), kind, basis };
    let found = |count, fault| Finding::Tlsa { owner: owner(), count, fault, basis: signed() };
    for (finding, text) in [
        (mx(MxKind::Listed, signed()), "MX of example is secure, signed by example"),
        (mx(MxKind::Implicit, unsigned()), "implicit MX of example is insecure: no DS for example"),
        (mx(MxKind::Null, signed()), "null MX of example is secure, signed by example"),
        (mx(MxKind::Hostless, signed()), "hostless MX of example is secure, signed by example"),
        (Finding::GivenMx("Example".into()), "MX status of Example as given by the caller"),
        (
            Finding::NoName { name: host(), basis: unsigned() },
            "mx.example does not exist, no DS for example",
        ),
        (
            Finding::Address { host: host(), basis: signed() },
            "address of mx.example is secure, signed by example",
        ),
        (
            Finding::Address { host: host(), basis: unsigned() },
            "address of mx.example is insecure: no DS for example",
        ),
        (
            Finding::AliasOfInsecure { host: host(), basis: unsigned() },
            "mx.example is a secure alias of an insecure name: no DS for example",
        ),
        (Finding::NoAddress(host()), "mx.example has no address"),
        (
            Finding::NoMailHost { domain: name("example"), basis: signed() },
            "example has neither MX nor address, signed by example",
        ),
        (Finding::AddressLiteral, "an IP address has no TLSA record"),
        (found(2, None), "TLSA of _25._tcp.mx.example: 2 records, signed by example"),
        (
            found(1, Some("no data")),
            "TLSA of _25._tcp.mx.example: 1 record, none usable: no data; signed by example",
        ),
        (
            Finding::InsecureTlsa { owner: owner(), basis: unsigned() },
            "TLSA of _25._tcp.mx.example is insecure: no DS for example",
        ),
        (
            Finding::NoTlsa { owner: owner(), basis: signed() },
            "TLSA of _25._tcp.mx.example does not exist, signed by example",
        ),
        (
            Finding::TooLongForTlsa(host()),
            "TLSA of mx.example cannot exist: the name would be too long",
        ),
        (Finding::DaneOff, "DANE is off for this destination"),
        (Finding::InvalidName(InvalidName::TooLong), "name is too long"),
        (Finding::Records { count: 1, basis: signed() }, "1 record, signed by example"),
        (Finding::Denial { exists: true, basis: signed() }, "no such record, signed by example"),
        (Finding::Denial { exists: false, basis: unsigned() }, "no such name, no DS for example"),
        (Finding::Failure(Cause::NoServer.into()), "no name server is configured"),
        (Finding::Probe(signed()), "signed by example"),
    ] {
        assert_eq!(finding.line(), text);
    }
    assert_eq!(
        mx(MxKind::Implicit, unsigned()).brief().to_string(),
        "implicit MX of example is insecure"
    );
}

#[test]
fn trouble_names_the_rrset_unless_the_cause_does() {
    for (finding, text) in [
        (
            trouble("_25._tcp.mx.example", rtype::TLSA, unproven(Fault::Missing)),
            "TLSA of _25._tcp.mx.example: no signature",
        ),
        (
            trouble("mx.example", rtype::AAAA, unproven(Fault::Missing)),
            "AAAA of mx.example is bogus: TLSA of _25._tcp.mx.example: no signature",
        ),
        (
            // A type and a name that the words of another RRset end and begin with.
            trouble(
                "mx.exam",
                rtype::A,
                Cause::unproven(&name("mx.example"), rtype::AAAA, &name("example"), Fault::Missing),
            ),
            "A of mx.exam is bogus: AAAA of mx.example: no signature",
        ),
        (
            trouble("mx.example", rtype::MX, Cause::Aliases(10)),
            "MX of mx.example is not known: more than 10 aliases, or a loop",
        ),
    ] {
        assert_eq!(finding.line(), text);
    }
}

#[test]
fn what_a_sentence_is_about_is_known_by_value() {
    let is_named = |finding: &Finding, host: &str| finding.names(Some(&name(host)));
    let found = Finding::NoTlsa { owner: tlsa().name, basis: signed() };
    assert!(is_named(&found, "mx.example") && is_named(&found, "MX.Example."));
    for other in ["example", "x.example", "tcp.mx.example", "_tcp.mx.example"] {
        assert!(!is_named(&found, other), "{other}");
    }
    let address = Finding::NoAddress(name("mx.example"));
    assert!(is_named(&address, "mx.example") && !is_named(&address, "example"));
    let alias = trouble("mx.example", rtype::A, unproven(Fault::Missing));
    assert!(is_named(&alias, "mx.example"));
    assert!(is_named(&trouble("_25._tcp.mx.example", rtype::TLSA, Cause::NoServer), "mx.example"));
    assert!(Finding::GivenMx("[192.0.2.1]".into()).names(None));
    assert!(!Finding::AddressLiteral.names(None) && !found.names(None));
}

#[test]
fn a_sentence_is_one_bounded_line_whatever_strangers_put_into_it() {
    let octets = Name::from_labels([&b"a.\n\xfcb"[..], b"example"]).unwrap();
    let finding = Finding::NoAddress(octets.clone());
    assert!(finding.names(Some(&octets)), "the name is carried as it is");
    assert_eq!(finding.line(), r"a\.\010\252b.example has no address");
    assert_eq!(pairs(finding), [("name", r"a\.\010\252b.example".into())]);

    let long = Name::from_labels([&[0xff_u8; 63][..]; 3]).unwrap();
    let words = Finding::Trouble { subject: tlsa(), cause: refused(b"no\r\n250 OK\xff").into() };
    assert!(words.line().ends_with(r" (EDE 22: no\x0d\x0a250 OK\xff)"), "{}", words.line());
    for finding in [
        Finding::NoName { name: long.clone(), basis: Basis::NoDs(long.clone()).into() },
        Finding::GivenMx("\n".repeat(4000)),
        Finding::Trouble { subject: tlsa(), cause: refused(&[b'\n'; 120]).into() },
        words,
    ] {
        let text = finding.line();
        let is_printable = |text: &str| text.bytes().all(|octet| (b' '..=b'~').contains(&octet));
        assert!(text.len() <= 200 && is_printable(&text), "{text}");
        for (field, value) in pairs(finding) {
            let is_bounded = (1..=255).contains(&value.len());
            assert!(is_bounded && is_printable(&value), "{field} {value}");
        }
    }
}

#[test]
fn the_fields_are_those_that_belong() {
    let named = [("name", "_25._tcp.mx.example".into()), ("type", "TLSA".into())];
    let fields = |more: &[(&'static str, &str)]| {
        let more = more.iter().map(|(field, value)| (*field, (*value).to_owned()));
        named.iter().cloned().chain(more).collect::<Vec<_>>()
    };
    let asked = |cause: Cause| pairs(Finding::Trouble { subject: tlsa(), cause: cause.into() });
    assert_eq!(
        asked(refused(b"stale")),
        fields(&[
            ("server", "192.0.2.53:53"),
            ("rcode", "SERVFAIL"),
            ("ede", "22"),
            ("text", "stale")
        ])
    );
    assert_eq!(asked(Cause::Aliases(10)), fields(&[("count", "10")]));
    assert_eq!(asked(Cause::StripsDnssec(server())), fields(&[("server", "192.0.2.53:53")]));
    let expired = fields(&[("zone", "example"), ("time", "1970-01-01 00:00:00 UTC")]);
    assert_eq!(asked(unproven(Fault::Expired(0))), expired);
    assert_eq!(
        pairs(trouble("mx.example", rtype::A, unproven(Fault::Invalid))),
        fields(&[("asked_name", "mx.example"), ("asked_type", "A"), ("zone", "example")])
    );
    let found = Finding::Tlsa { owner: tlsa().name, count: 2, fault: None, basis: signed() };
    assert_eq!(pairs(found), fields(&[("zone", "example"), ("count", "2")]));
    assert_eq!(pairs(Finding::DaneOff), []);
    assert_eq!(Facts::default().pairs(), []);
    let facts = Facts::of(Some(Finding::Failure(Cause::Aliases(10).into()).into()));
    assert_eq!(facts.detail(), Detail::AliasLoop);
    assert_eq!(facts.to_string(), "more than 10 aliases, or a loop");
}
