//! DANE-TA, and the names in certificates.

use super::*;

pub(super) fn anchors(c: &mut Cases<'_>) {
    let root = Identity::authority("Example Root");
    let intermediate = root.issue_authority("Example Intermediate");
    let issue =
        |c: &mut Cases<'_>, label: &str, names: &[&str], sent: &[&Identity], record: String| {
            let leaf = sent.last().copied().unwrap_or(&root).issue_server(names);
            let host = c.domain(&format!("{label}.test"), &leaf, sent);
            c.b.tlsa(&host, &record);
        };
    issue(c, "ta-cert", &["mx.ta-cert.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA certificate in the chain (7672 3.1.2)", "ta-cert.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    let leaf = intermediate.issue_server(&["mx.ta-intermediate.test"]);
    let host = c.domain("ta-intermediate.test", &leaf, &[&intermediate]);
    c.b.tlsa(&host, &intermediate.tlsa(2, 1, 1));
    c.expect(
        "DANE-TA intermediate, root not sent (7671 5.2)",
        "ta-intermediate.test",
        DELIVER,
        DELIVER,
    );
    c.by_anchor(CERTIFICATE);
    issue(c, "ta-absent", &["mx.ta-absent.test"], &[], root.tlsa(2, 0, 1));
    c.expect(
        "DANE-TA digest, TA not sent (7671 5.2.2)",
        "ta-absent.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    issue(c, "ta-key", &["mx.ta-key.test"], &[], root.tlsa(2, 1, 0));
    c.expect("DANE-TA full key, TA not sent (7671 5.2.3)", "ta-key.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    issue(c, "ta-full", &["mx.ta-full.test"], &[], root.tlsa(2, 0, 0));
    c.expect(
        "DANE-TA full certificate, TA not sent (7671 5.2.2)",
        "ta-full.test",
        DELIVER,
        DELIVER,
    );
    c.by_anchor(CERTIFICATE);
    issue(c, "ta-name", &["other.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA name mismatch (7672 3.2.2)", "ta-name.test", NOT_TRUSTED, NOT_TRUSTED);
    issue(c, "ta-next-hop", &["ta-next-hop.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA names the next hop (7672 3.2.2)", "ta-next-hop.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    c.b.rr("ta-next-hop.unsigned.test MX 10 mx.ta-next-hop-only.test");
    issue(c, "ta-next-hop-only", &["ta-next-hop.unsigned.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect(
        "next hop is no reference behind an insecure MX (7672 3.2.2)",
        "ta-next-hop.unsigned.test",
        NOT_TRUSTED,
        NON_DNSSEC,
    );
    c.host_is("mx.ta-next-hop-only.test");
    c.b.rr("ta-cert.unsigned.test MX 10 mx.ta-cert.test");
    c.expect(
        "DANE-TA names the host behind an insecure MX (7672 3.2.2)",
        "ta-cert.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.ta-cert.test", [I, S, S, GOOD])]);
    c.by_anchor(CERTIFICATE);
    let leaf = root.issue_server(&["mx.ta-or-ee.test"]);
    let host = c.domain("ta-or-ee.test", &leaf, &[&root]);
    c.b.tlsa(&host, &Identity::server("x").tlsa(3, 1, 1));
    c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    c.expect("DANE-EE mismatches, DANE-TA matches (7672 3.1)", "ta-or-ee.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    issue(c, "ta-wildcard", &["*.ta-wildcard.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA wildcard certificate (7672 3.2.3)", "ta-wildcard.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    let leaf = root.issue_server(&["*.ta-deep.test"]);
    c.b.signed("ta-deep.test");
    c.b.rr("ta-deep.test MX 10 mx.deep.ta-deep.test");
    c.b.host("mx.deep.ta-deep.test", Behaviour::Starttls(Tls::new(&leaf, &[&root])));
    c.b.tlsa("mx.deep.ta-deep.test", &root.tlsa(2, 0, 1));
    c.expect("a wildcard spans one label (7672 3.2.3)", "ta-deep.test", NOT_TRUSTED, NOT_TRUSTED);
    c.host_is("mx.deep.ta-deep.test");
    let leaf = root.issue_common_name("mx.ta-cn.test");
    let host = c.domain("ta-cn.test", &leaf, &[&root]);
    c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    c.expect("DANE-TA, name in CN only (7672 3.2.3)", "ta-cn.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    c.records("ta-is-leaf.test", |i| vec![i.tlsa(2, 1, 1)]);
    c.expect(
        "DANE-TA digest of a self-signed leaf (7671 5.2)",
        "ta-is-leaf.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    let leaf = root.issue_server(&["mx.ta-is-issued-leaf.test"]);
    let host = c.domain("ta-is-issued-leaf.test", &leaf, &[&root]);
    c.b.tlsa(&host, &leaf.tlsa(2, 1, 1));
    c.expect(
        "DANE-TA digest of an issued leaf (7671 5.2)",
        "ta-is-issued-leaf.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    let expired = Identity::expired_authority("Expired Root");
    let leaf = expired.issue_server(&["mx.ta-expired.test"]);
    let host = c.domain("ta-expired.test", &leaf, &[&expired]);
    c.b.tlsa(&host, &expired.tlsa(2, 0, 1));
    c.expect("DANE-TA certificate expired (5280 6.1)", "ta-expired.test", NOT_TRUSTED, NOT_TRUSTED);
    c.by_anchor(EXPIRED_CERTIFICATE);
    let plain = Identity::non_authority("No Authority");
    let leaf = plain.issue_server(&["mx.ta-no-ca.test"]);
    let host = c.domain("ta-no-ca.test", &leaf, &[&plain]);
    c.b.tlsa(&host, &plain.tlsa(2, 0, 1));
    c.expect("DANE-TA issuer is no CA (5280 6.1.4)", "ta-no-ca.test", NOT_TRUSTED, NOT_TRUSTED);
    let attacker = Identity::server("mx.ta-appended.test");
    let host = c.domain("ta-appended.test", &attacker, &[&root]);
    c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    c.expect(
        "a TA appended to a foreign chain (7671 5.2)",
        "ta-appended.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    let leaf = Identity::server("mx.extras.test");
    let host = c.domain("extras.test", &leaf, &[&root, &plain, &intermediate]);
    c.b.tlsa(&host, &leaf.tlsa(3, 1, 1));
    c.expect("unrelated certificates in the chain (8446 4.4.2)", "extras.test", DELIVER, DELIVER);
    for (label, identity) in [
        ("ee-expired", Identity::expired("mx.ee-expired.test")),
        ("ee-v1", Identity::version_1("mx.ee-v1.test")),
    ] {
        let host = c.domain(&format!("{label}.test"), &identity, &[]);
        c.b.tlsa(&host, &identity.tlsa(3, 1, 1));
        c.expect(
            &format!("DANE-EE {label} (7671 5.1)"),
            &format!("{label}.test"),
            DELIVER,
            DELIVER,
        );
    }
}
