//! The 30 rows of the decision table, and the properties that hold over every input.

use super::*;
use crate::decide::{Outcome, Tlsrpt};

use Action::{Defer, Deliver, Encrypt, Fail, Opportunistic, Verify};

const EVERY: &[Certificate] = Certificate::ALL;

/// MX, address, TLSA, certificate; action and reason at DANE-only (rows 1 to 15) and at DANE (16 to 30).
type Row = (Mx, Address, Tlsa, Certificate, (Action, &'static str), (Action, &'static str));

const NOT_TRUSTED: &str = "server certificate not trusted";
const NON_DNSSEC: &str = "non-DNSSEC destination";
const NO_TLSA: &str = "no TLSA record";
const TLSA_ERROR: &str = "TLSA lookup error";
const NOT_FOUND: &str = "host or domain name not found";

fn rows() -> [Row; 15] {
    use Certificate::{NotApplicable as Na, Successful, Unsuccessful};
    let (s, i, b) = (Mx::Secure, Mx::Insecure, Mx::Bogus);
    let (sa, ia, ba, na) =
        (Address::Secure, Address::Insecure, Address::Bogus, Address::NotApplicable);
    let (st, it, nt, bt, nat) =
        (Tlsa::Secure, Tlsa::Insecure, Tlsa::Nxdomain, Tlsa::Bogus, Tlsa::NotApplicable);
    [
        (s, sa, st, Successful, (Deliver, ""), (Deliver, "")),
        (s, sa, st, Unsuccessful, (Defer, NOT_TRUSTED), (Defer, NOT_TRUSTED)),
        (s, sa, it, Na, (Defer, NON_DNSSEC), (Opportunistic, "")),
        (s, sa, nt, Na, (Defer, NO_TLSA), (Opportunistic, "")),
        (s, sa, bt, Na, (Defer, TLSA_ERROR), (Defer, TLSA_ERROR)),
        (s, ia, nat, Na, (Defer, NON_DNSSEC), (Opportunistic, "")),
        (s, ba, nat, Na, (Defer, NOT_FOUND), (Defer, NOT_FOUND)),
        (i, sa, st, Successful, (Defer, NON_DNSSEC), (Opportunistic, "")),
        (i, sa, st, Unsuccessful, (Defer, NON_DNSSEC), (Defer, NOT_TRUSTED)),
        (i, sa, it, Na, (Defer, NON_DNSSEC), (Opportunistic, "")),
        (i, sa, nt, Na, (Defer, NON_DNSSEC), (Opportunistic, "")),
        (i, sa, bt, Na, (Defer, NON_DNSSEC), (Defer, TLSA_ERROR)),
        (i, ia, nat, Na, (Defer, NON_DNSSEC), (Opportunistic, "")),
        (i, ba, nat, Na, (Defer, NOT_FOUND), (Defer, NOT_FOUND)),
        (b, na, nat, Na, (Defer, NOT_FOUND), (Defer, NOT_FOUND)),
    ]
}

#[test]
fn rows_1_to_30() {
    for (index, (mx, address, tlsa, certificate, dane_only, dane)) in rows().into_iter().enumerate()
    {
        for (level, offset, want) in [(Level::DaneOnly, 1, dane_only), (Level::Dane, 16, dane)] {
            let row = index + offset;
            let verdict = decide(level, mx, address, tlsa, certificate);
            assert_eq!((verdict.action, verdict.reason.text()), want, "row {row}");
            let verified =
                if matches!(row, 1 | 16) { Outcome::Successful } else { Outcome::Unsuccessful };
            assert_eq!(verdict.verification(), verified, "row {row}");
        }
    }
}

fn every_input(mut test: impl FnMut(Level, Mx, Address, Tlsa, Certificate, Verdict)) {
    for &level in Level::ALL {
        for mx in Mx::ALL {
            for address in Address::ALL {
                for tlsa in Tlsa::ALL {
                    for &certificate in EVERY {
                        let verdict = decide(level, mx, address, tlsa, certificate);
                        test(level, mx, address, tlsa, certificate, verdict);
                    }
                }
            }
        }
    }
}

#[test]
fn deliver_only_if_everything_is_secure_and_matched() {
    every_input(|_, mx, address, tlsa, certificate, verdict| {
        let all_good = matches!(mx, Mx::Secure | Mx::Configured)
            && address == Address::Secure
            && tlsa == Tlsa::Secure
            && certificate == Certificate::Successful;
        assert_eq!(verdict.action == Deliver, all_good);
        assert_eq!(verdict.verification() == Outcome::Successful, all_good);
    });
}

#[test]
fn dane_only_never_goes_unauthenticated() {
    every_input(|level, _, _, _, _, verdict| {
        let unauthenticated = matches!(verdict.action, Opportunistic | Encrypt);
        assert!(level == Level::Dane || !unauthenticated);
    });
}

#[test]
fn nothing_permits_before_connecting() {
    every_input(|_, _, _, _, certificate, verdict| {
        let good = matches!(verdict.action, Deliver | Encrypt | Opportunistic);
        let connected = certificate != Certificate::NotApplicable;
        assert_eq!(verdict.may_deliver(), good && connected);
        assert!(certificate != Certificate::ConnectionFailed || !verdict.may_deliver());
    });
    for fixed in [
        Verdict::UNAVAILABLE,
        Verdict::UNKNOWN_HOST,
        Verdict::INVALID_HOST,
        Verdict::INVALID_DOMAIN,
        Verdict::NULL_MX,
        Verdict::INSECURE_NULL_MX,
        Verdict::NO_DOMAIN,
        Verdict::NO_ADDRESS,
    ] {
        assert!(!fixed.may_deliver() && !fixed.with_connection(true).may_deliver());
    }
}

/// How much an action permits.
fn permission(action: Action) -> u8 {
    match action {
        Fail | Defer => 0,
        Verify => 1,
        Deliver => 2,
        Encrypt => 3,
        Opportunistic => 4,
    }
}

#[test]
fn bogus_never_permits_more() {
    every_input(|level, mx, address, tlsa, certificate, verdict| {
        let most = permission(verdict.action);
        for worse in [
            decide(level, Mx::Bogus, address, tlsa, certificate),
            decide(level, mx, Address::Bogus, tlsa, certificate),
            decide(level, mx, address, Tlsa::Bogus, certificate),
        ] {
            assert!(permission(worse.action) <= most);
        }
    });
}

#[test]
fn a_failed_connection_or_certificate_never_permits_more() {
    every_input(|level, mx, address, tlsa, certificate, verdict| {
        let before = decide(level, mx, address, tlsa, Certificate::NotApplicable);
        if certificate != Certificate::Successful {
            assert!(permission(verdict.action) <= permission(before.action));
        }
    });
}

#[test]
fn cleartext_only_where_opportunistic_without_a_match() {
    every_input(|_, mx, _, _, certificate, verdict| {
        let row_23 = mx == Mx::Insecure && verdict.detail == Detail::MxInsecure;
        assert_eq!(!verdict.tls_required, verdict.action == Opportunistic && !row_23);
        assert!(!row_23 || certificate == Certificate::Successful || verdict.action == Defer);
    });
}

#[test]
fn rfc7672_2_2_unusable_is_tls_required() {
    let decide = |level, certificate| {
        decide(level, Mx::Secure, Address::Secure, Tlsa::Unusable, certificate)
    };
    assert_eq!(decide(Level::Dane, Certificate::NotApplicable).action, Encrypt);
    assert_eq!(decide(Level::Dane, Certificate::Successful).action, Encrypt);
    assert_eq!(decide(Level::Dane, Certificate::Established).action, Encrypt);
    assert_eq!(decide(Level::Dane, Certificate::NoStarttls).reason, Reason::TlsNotOffered);
    assert_eq!(decide(Level::Dane, Certificate::Unsuccessful).reason, Reason::HandshakeFailed);
    assert_eq!(decide(Level::Dane, Certificate::ConnectionFailed).reason, Reason::ConnectionFailed);
    assert_eq!(decide(Level::Dane, Certificate::NotApplicable).tlsrpt(), Some(Tlsrpt::TlsaInvalid));
    for &certificate in EVERY {
        assert_eq!(decide(Level::DaneOnly, certificate).reason, Reason::NoUsableTlsa);
    }
}

#[test]
fn rfc7672_2_2_established_tls_line_by_line() {
    use Certificate::{Established, Successful, Unsuccessful};
    every_input(|level, mx, address, tlsa, certificate, verdict| {
        if certificate == Established {
            let alike = if tlsa == Tlsa::Unusable { Successful } else { Unsuccessful };
            assert_eq!(verdict, decide(level, mx, address, tlsa, alike));
        }
    });
    let (mx, address) = (Mx::Secure, Address::Secure);
    for (address, tlsa, dane, dane_only) in [
        (Address::Bogus, Tlsa::Secure, (Defer, Reason::NotFound), (Defer, Reason::NotFound)),
        (
            Address::Insecure,
            Tlsa::NotApplicable,
            (Opportunistic, Reason::None),
            (Defer, Reason::NonDnssec),
        ),
        (address, Tlsa::Bogus, (Defer, Reason::TlsaLookup), (Defer, Reason::TlsaLookup)),
        (address, Tlsa::Insecure, (Opportunistic, Reason::None), (Defer, Reason::NonDnssec)),
        (address, Tlsa::Nxdomain, (Opportunistic, Reason::None), (Defer, Reason::NoTlsa)),
        (address, Tlsa::Unusable, (Encrypt, Reason::None), (Defer, Reason::NoUsableTlsa)),
        (address, Tlsa::Secure, (Defer, Reason::NotTrusted), (Defer, Reason::NotTrusted)),
    ] {
        for (level, want) in [(Level::Dane, dane), (Level::DaneOnly, dane_only)] {
            let verdict = decide(level, mx, address, tlsa, Established);
            assert_eq!((verdict.action, verdict.reason), want, "{level:?} {tlsa:?}");
        }
    }
}

#[test]
fn a_dead_server_is_no_destination() {
    for tlsa in [Tlsa::Insecure, Tlsa::Nxdomain] {
        let verdict =
            decide(Level::Dane, Mx::Secure, Address::Secure, tlsa, Certificate::ConnectionFailed);
        assert_eq!(verdict.reason, Reason::ConnectionFailed);
    }
    for certificate in [Certificate::NoStarttls, Certificate::HandshakeFailed] {
        let verdict =
            decide(Level::Dane, Mx::Secure, Address::Insecure, Tlsa::NotApplicable, certificate);
        assert_eq!(verdict.action, Opportunistic);
    }
}

#[test]
fn scope_is_the_domain_only_for_the_mx_column() {
    every_input(|_, mx, _, _, _, verdict| {
        let from_mx = matches!(mx, Mx::Bogus | Mx::Nxdomain | Mx::NotApplicable)
            || (verdict.reason == Reason::NonDnssec && mx == Mx::Insecure);
        assert_eq!(verdict.scope == Scope::Domain, from_mx);
    });
}

#[test]
fn every_refusal_is_temporary_and_has_its_codes() {
    every_input(|_, _, _, _, _, verdict| {
        assert_ne!(verdict.action, Fail);
        match verdict.reason {
            Reason::None => assert_eq!(verdict.enhanced_status(), ""),
            _ => assert!(verdict.enhanced_status().starts_with("4.")),
        }
        assert_eq!(verdict.reason == Reason::None, verdict.action != Defer);
    });
    let expired = Verdict::defer(Reason::NotTrusted, Detail::Expired, Scope::Host);
    assert_eq!(expired.tlsrpt(), Some(Tlsrpt::CertificateExpired));
    let timeout = Verdict::defer(Reason::TlsaLookup, Detail::Timeout, Scope::Host);
    assert_eq!(timeout.tlsrpt(), None);
    for (verdict, status) in [
        (Verdict::NULL_MX, "5.1.10"),
        (Verdict::NO_DOMAIN, "5.1.2"),
        (Verdict::NO_ADDRESS, "5.4.4"),
    ] {
        assert_eq!((verdict.action, verdict.enhanced_status()), (Fail, status));
        assert_eq!((verdict.scope, verdict.tlsrpt()), (Scope::Domain, None));
    }
}

#[test]
fn rfc8460_4_3_each_failure_has_its_result_type() {
    for (reason, detail, result_type) in [
        (Reason::TlsNotOffered, Detail::NoStarttls, Some("starttls-not-supported")),
        (Reason::HandshakeFailed, Detail::StarttlsRefused, Some("starttls-not-supported")),
        (Reason::HandshakeFailed, Detail::HandshakeFailed, Some("validation-failure")),
        (Reason::NotTrusted, Detail::NameMismatch, Some("certificate-host-mismatch")),
        (Reason::NotTrusted, Detail::Expired, Some("certificate-expired")),
        (Reason::NotTrusted, Detail::NotYetValid, Some("certificate-expired")),
        (Reason::NotTrusted, Detail::ChainInvalid, Some("certificate-not-trusted")),
        (Reason::NotTrusted, Detail::NoMatch, Some("validation-failure")),
        (Reason::NoUsableTlsa, Detail::TlsaUnusable, Some("tlsa-invalid")),
        (Reason::TlsaLookup, Detail::TlsaBogus, Some("dnssec-invalid")),
        (Reason::NotFound, Detail::MxBogus, Some("dnssec-invalid")),
        (Reason::NotFound, Detail::AddressBogus, Some("dnssec-invalid")),
        (Reason::NotFound, Detail::Timeout, None),
        (Reason::NonDnssec, Detail::MxInsecure, Some("dane-required")),
        (Reason::NoTlsa, Detail::TlsaNone, Some("dane-required")),
        (Reason::ConnectionFailed, Detail::ConnectionFailed, None),
        (Reason::NotInMx, Detail::HostNotInMx, None),
        (Reason::Unavailable, Detail::PolicyUnavailable, None),
    ] {
        let found = Verdict::defer(reason, detail, Scope::Host).tlsrpt();
        assert_eq!(found.map(Tlsrpt::result_type), result_type, "{reason:?} {detail:?}");
    }
}

#[test]
fn rfc3463_each_refusal_has_its_status() {
    for (reason, detail, status) in [
        (Reason::NotTrusted, Detail::NoMatch, "4.7.5"),
        (Reason::TlsNotOffered, Detail::NoStarttls, "4.7.4"),
        (Reason::NotFound, Detail::MxNone, "4.4.4"),
        (Reason::NotFound, Detail::AddressNone, "4.4.4"),
        (Reason::NotFound, Detail::NameInvalid, "4.4.4"),
        (Reason::NotFound, Detail::MxBogus, "4.4.3"),
        (Reason::ConnectionFailed, Detail::ConnectionFailed, "4.4.1"),
        (Reason::NotInMx, Detail::HostNotInMx, "4.4.4"),
        (Reason::Unavailable, Detail::PolicyUnavailable, "4.3.0"),
    ] {
        let refused = Verdict::defer(reason, detail, Scope::Host);
        assert_eq!(refused.enhanced_status(), status, "{reason:?} {detail:?}");
    }
}

#[test]
fn until_the_chain_is_verified_the_outcome_is_pending() {
    every_input(|_, _, _, _, _, verdict| {
        assert_eq!(verdict.verification() == Outcome::Pending, verdict.action == Verify);
    });
}

#[test]
fn numbers_and_words_are_in_step() {
    for (index, detail) in Detail::ALL.iter().enumerate() {
        assert_eq!(*detail as usize, index);
    }
    for (index, reason) in Reason::ALL.iter().enumerate() {
        assert_eq!(*reason as usize, index);
    }
    for (index, action) in Action::ALL.iter().enumerate() {
        assert_eq!(*action as usize, index + 1);
    }
}

#[test]
fn rfc7672_9_1_audit_tells_and_does_not_stop() {
    every_input(|_, _, _, _, certificate, verdict| {
        let audited = verdict.audited(certificate);
        let dead = certificate == Certificate::ConnectionFailed;
        let stays = matches!(verdict.reason, Reason::NotFound | Reason::ConnectionFailed);
        match verdict.action {
            Defer if stays => assert_eq!(audited, verdict),
            Defer if dead => assert_eq!(audited.reason, Reason::ConnectionFailed),
            Defer => {
                assert_eq!((audited.action, audited.tls_required), (Opportunistic, false));
                assert_eq!((audited.reason, audited.detail), (verdict.reason, verdict.detail));
                assert_eq!(audited.tlsrpt(), verdict.tlsrpt());
                assert_eq!(audited.may_deliver(), certificate != Certificate::NotApplicable);
            }
            Verify | Encrypt => {
                assert_eq!((audited.action, audited.tls_required), (verdict.action, false));
            }
            Deliver | Opportunistic | Fail => assert_eq!(audited, verdict),
        }
    });
    for verdict in [
        Verdict::UNAVAILABLE,
        Verdict::UNKNOWN_HOST,
        Verdict::INVALID_HOST,
        Verdict::INVALID_DOMAIN,
        Verdict::NULL_MX,
        Verdict::NO_DOMAIN,
        Verdict::NO_ADDRESS,
    ] {
        assert_eq!(verdict.audited(Certificate::NotApplicable), verdict);
    }
}
