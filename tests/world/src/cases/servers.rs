//! Servers that speak SMTP and TLS in their own way.

use super::*;

pub(super) fn servers(c: &mut Cases<'_>) {
    c.matching("plain.test", |_| Behaviour::NoStarttls);
    c.expect("no STARTTLS, TLSA secure (7672 2.2)", "plain.test", NOT_OFFERED, NOT_OFFERED);
    c.domain_with("plain-none.test", Behaviour::NoStarttls);
    c.expect("no STARTTLS, no TLSA (7672 2.2)", "plain-none.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("stall.test", |_| Behaviour::Silent);
    c.expect("stalls before the greeting (5321 4.5.3.2)", "stall.test", CONNECTION, CONNECTION);
    c.is_slow();
    c.matching("stall-tls.test", |_| Behaviour::SilentAfterStarttls);
    c.expect("stalls after STARTTLS (7672 2.2)", "stall-tls.test", HANDSHAKE, HANDSHAKE);
    c.is_slow();
    c.matching("old-tls.test", |_| Behaviour::OldTls);
    c.expect("TLS 1.0 only (8996)", "old-tls.test", HANDSHAKE, HANDSHAKE);
    c.domain_with("old-tls-none.test", Behaviour::OldTls);
    c.expect("TLS 1.0 only, no TLSA (7435)", "old-tls-none.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("alert.test", |_| Behaviour::Alert);
    c.expect("TLS alert instead of a hello (8446 6.2)", "alert.test", HANDSHAKE, HANDSHAKE);
    c.matching("refuses-tls.test", |_| Behaviour::RefusesStarttls);
    c.expect("454 to STARTTLS (7672 2.2)", "refuses-tls.test", HANDSHAKE, HANDSHAKE);
    c.domain_with("refuses-tls-none.test", Behaviour::RefusesStarttls);
    c.expect("454 to STARTTLS, no TLSA (7435)", "refuses-tls-none.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("no-ehlo.test", |_| Behaviour::RefusesEhlo);
    c.expect("502 to EHLO, TLSA secure (7672 2.2)", "no-ehlo.test", NOT_OFFERED, NOT_OFFERED);
    c.b.rr("plain.unsigned.test MX 10 mx.plain.test");
    c.expect(
        "MX insecure, TLSA secure, no STARTTLS (7672 2.2.1)",
        "plain.unsigned.test",
        NOT_OFFERED,
        NON_DNSSEC,
    );
    c.host_is("mx.plain.test");
    c.domain_with("stall-tls-none.test", Behaviour::SilentAfterStarttls);
    c.expect(
        "stalls after STARTTLS, no TLSA (7435)",
        "stall-tls-none.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    c.is_slow();
    c.domain_with("closes.test", Behaviour::ClosesAfterStarttls);
    c.expect("closes after STARTTLS, no TLSA (7435)", "closes.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("unwelcoming.test", |_| Behaviour::Unwelcoming);
    c.expect("greets with 554 (5321 3.1)", "unwelcoming.test", CONNECTION, CONNECTION);
    c.matching("injects.test", |i| Behaviour::Injects(Tls::new(i, &[])));
    c.expect("more than a reply to STARTTLS (3207 6)", "injects.test", HANDSHAKE, HANDSHAKE);
    c.matching("tls12.test", |i| Behaviour::Starttls(Tls::only(i, &TLS12)));
    c.expect("TLS 1.2 only (7672 6)", "tls12.test", DELIVER, DELIVER);
    c.matching("tls13.test", |i| Behaviour::Starttls(Tls::only(i, &TLS13)));
    c.expect("TLS 1.3 only (7672 6)", "tls13.test", DELIVER, DELIVER);
    c.matching("impostor12.test", |i| Behaviour::Starttls(Tls::impostor(i, &TLS12)));
    let domain = "impostor12.test";
    c.expect("TLS 1.2, a certificate without its key (5246 7.4.3)", domain, HANDSHAKE, HANDSHAKE);
    c.matching("impostor13.test", |i| Behaviour::Starttls(Tls::impostor(i, &TLS13)));
    let domain = "impostor13.test";
    c.expect("TLS 1.3, a certificate without its key (8446 4.4.3)", domain, HANDSHAKE, HANDSHAKE);
    let broken = Identity::broken_extension("mx.ee-broken.test");
    let host = c.domain("ee-broken.test", &broken, &[]);
    c.b.tlsa(&host, &broken.tlsa(3, 1, 1));
    c.expect("DANE-EE, a broken extension (7671 5.1)", "ee-broken.test", DELIVER, DELIVER);
    c.matching("sni.test", |i| Behaviour::Starttls(Tls::for_name(i, "mx.sni.test")));
    c.expect("certificate by SNI (7672 8.1)", "sni.test", DELIVER, DELIVER);
    let dead = c.b.address();
    c.b.signed("dead.test");
    c.b.rr("dead.test MX 10 mx.dead.test");
    c.b.rr(&format!("mx.dead.test A {dead}"));
    c.expect("nobody listens, no TLSA (7672 2.2)", "dead.test", CONNECTION, NO_TLSA);
}
