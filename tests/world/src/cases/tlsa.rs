//! Which TLSA records are usable, and which count.

use super::*;

pub(super) fn usable(c: &mut Cases<'_>) {
    let digest = "00".repeat(32);
    c.records("mixed-usable.test", |i| vec![format!("0 0 1 {}", "00".repeat(32)), i.tlsa(3, 1, 1)]);
    c.expect("one unusable, one matches (7672 3.1.3)", "mixed-usable.test", DELIVER, DELIVER);
    c.records("pkix-decoy.test", |i| vec![i.tlsa(1, 1, 1), Identity::server("x").tlsa(3, 1, 1)]);
    c.expect(
        "PKIX-EE matches, DANE-EE does not (7672 3.1.3)",
        "pkix-decoy.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    for (label, record) in [
        ("pkix-ta-only", format!("0 0 1 {digest}")),
        ("unknown-matching", format!("3 1 7 {digest}")),
        ("unknown-usage", format!("7 1 1 {digest}")),
        ("short-digest", format!("3 1 1 {}", "00".repeat(31))),
        ("private-matching", format!("3 1 255 {digest}")),
        ("unknown-selector", format!("3 9 1 {digest}")),
    ] {
        let domain = format!("{label}.test");
        c.records(&domain, |_| vec![record.clone()]);
        c.expect(&format!("only {label} (7671 4)"), &domain, ENCRYPT, NO_USABLE);
    }
    let host = c.domain("tiny-rdata.test", &Identity::server("mx.tiny-rdata.test"), &[]);
    let owner = c.b.tlsa_owner(&host);
    c.b.rr(&format!("{owner} TLSA-SHORT 3"));
    c.expect("TLSA of one octet (7671 4)", "tiny-rdata.test", ENCRYPT, NO_USABLE);
    c.b.rr("unusable.unsigned.test MX 10 mx.pkix-ta-only.test");
    c.b.rr("alias.unsigned-mx.unsigned.test MX 10 mx.alias-both.test");
    c.expect(
        "MX insecure, the host an alias (7672 2.2.1)",
        "alias.unsigned-mx.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.alias-both.test", [I, S, S, GOOD])]);
    c.expect(
        "MX insecure, TLSA unusable (7672 2.2.1)",
        "unusable.unsigned.test",
        ENCRYPT,
        NON_DNSSEC,
    );
    c.host_is("mx.pkix-ta-only.test");
    let host = c.domain_with("unusable-plain.test", Behaviour::NoStarttls);
    c.b.tlsa(&host, &format!("0 0 1 {digest}"));
    c.expect(
        "unusable TLSA and no STARTTLS (7672 2.2)",
        "unusable-plain.test",
        NOT_OFFERED,
        NO_USABLE,
    );
    let host = c.domain_with("unusable-refuses.test", Behaviour::RefusesStarttls);
    c.b.tlsa(&host, &format!("0 0 1 {digest}"));
    c.expect(
        "unusable TLSA and 454 to STARTTLS (7672 2.2)",
        "unusable-refuses.test",
        HANDSHAKE,
        NO_USABLE,
    );
    let host = c.domain("unusable-expired.test", &Identity::expired("elsewhere.test"), &[]);
    c.b.tlsa(&host, &format!("3 1 255 {digest}"));
    c.expect(
        "unusable TLSA, any certificate (7672 2.2)",
        "unusable-expired.test",
        ENCRYPT,
        NO_USABLE,
    );
    c.records("unusable-mismatch.test", |_| {
        vec![format!("0 0 1 {digest}"), Identity::server("x").tlsa(3, 1, 1)]
    });
    c.expect(
        "one unusable, one mismatches (7672 3.2)",
        "unusable-mismatch.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    c.records("rollover.test", |i| vec![Identity::server("next").tlsa(3, 1, 1), i.tlsa(3, 1, 1)]);
    c.expect("one of two DANE-EE records matches (7671 8.1)", "rollover.test", DELIVER, DELIVER);
    c.records("hundred.test", |i| {
        let others = (0..99u8).map(|n| format!("3 1 1 {}", format!("{n:02x}").repeat(32)));
        others.chain([i.tlsa(3, 1, 1)]).collect()
    });
    c.expect("100 TLSA records, over TCP (7766)", "hundred.test", DELIVER, DELIVER);
}

pub(super) fn agility(c: &mut Cases<'_>) {
    let other = Identity::server("other");
    c.records("weak-matches.test", |i| vec![i.tlsa(3, 1, 1), other.tlsa(3, 1, 2)]);
    c.expect(
        "SHA2-256 matches, SHA2-512 does not (7671 9)",
        "weak-matches.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    c.records("strong-matches.test", |i| vec![other.tlsa(3, 1, 1), i.tlsa(3, 1, 2)]);
    c.expect(
        "SHA2-512 matches, SHA2-256 does not (7671 9)",
        "strong-matches.test",
        DELIVER,
        DELIVER,
    );
    c.records("full-matches.test", |i| vec![i.tlsa(3, 1, 0), other.tlsa(3, 1, 2)]);
    c.expect("Full matches, SHA2-512 does not (7671 9)", "full-matches.test", DELIVER, DELIVER);
    c.records("strong-malformed.test", |i| {
        vec![i.tlsa(3, 1, 1), format!("3 1 2 {}", "00".repeat(32))]
    });
    c.expect(
        "malformed SHA2-512 does not count (7671 9)",
        "strong-malformed.test",
        DELIVER,
        DELIVER,
    );
    let leaf = Identity::server("mx.ee-full.test");
    let host = c.domain("ee-full.test", &leaf, &[]);
    c.b.tlsa(&host, &leaf.tlsa(3, 0, 0));
    c.expect("DANE-EE full certificate (7671 5.1)", "ee-full.test", DELIVER, DELIVER);
}
