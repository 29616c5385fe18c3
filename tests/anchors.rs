//! Trust anchors of either kind, at any name; the closest one that encloses a name counts (RFC 4033 section 2).

use std::time::Duration;

use dane_policy::cause::Detail;
use dane_policy::context::{Context, InvalidSetting};
use dane_policy::dns::{AnchorFault, Answer, InvalidAnchors, RecordType, Status};
use world::World;

fn query(world: &World, anchors: &str, name: &str, rtype: RecordType) -> Answer {
    let mut context = Context::new();
    context.add_nameserver(&world.dns.to_string()).unwrap();
    context.set_trust_anchors(anchors.as_bytes()).unwrap();
    context.set_timeout(Duration::from_secs(60));
    context.query(name, rtype).unwrap()
}

#[test]
fn an_island_of_security_has_an_anchor_of_its_own() {
    let world = World::start().unwrap();
    for anchors in &world.test_anchors {
        assert_eq!(
            query(&world, anchors, "good.test", RecordType::Mx).status,
            Status::Secure,
            "{anchors}"
        );
        let inside = query(&world, anchors, "good.unsigned.test", RecordType::Mx);
        assert_eq!(inside.status, Status::Insecure, "{anchors}");
        let outside = query(&world, anchors, "signed.optout", RecordType::Mx);
        assert_eq!(outside.status, Status::Insecure, "{anchors}");
    }
}

#[test]
fn several_anchors_at_several_names() {
    let world = World::start().unwrap();
    let all = world.anchor.clone() + &world.test_anchors.concat();
    for name in ["good.test", "signed.optout"] {
        assert_eq!(query(&world, &all, name, RecordType::Mx).status, Status::Secure, "{name}");
    }
    let rolled = format!("test DS 1 13 2 {}\n{}", "ab".repeat(32), world.test_anchors[0]);
    assert_eq!(
        query(&world, &rolled, "good.test", RecordType::Mx).status,
        Status::Secure,
        "one that matches"
    );
}

#[test]
fn the_closest_anchor_counts_even_where_it_is_wrong() {
    let world = World::start().unwrap();
    let wrong = format!("{}test DS 1 13 2 {}\n", world.anchor, "ab".repeat(32));
    let inside = query(&world, &wrong, "_25._tcp.mx.good.test", RecordType::Tlsa);
    assert_eq!(inside.status, Status::Bogus);
    assert_eq!(inside.text(), "DNSKEY of test: no key matches the trust anchor");
    assert_eq!(inside.detail(), Detail::TrustAnchor, "no matter of the domain's owner");
    assert_eq!(query(&world, &wrong, "signed.optout", RecordType::Mx).status, Status::Secure);
}

#[test]
fn rfc4033_2_an_anchor_that_cannot_be_used_is_refused_and_changes_nothing() {
    let world = World::start().unwrap();
    let mut context = Context::new();
    context.add_nameserver(&world.dns.to_string()).unwrap();
    context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
    for (digits, fault, why) in [
        ("1 200 2", AnchorFault::Algorithm(200), "line 1 has the unsupported algorithm 200"),
        ("1 13 7", AnchorFault::DigestType(7), "line 1 has the unsupported digest type 7"),
        (
            "1 13 4",
            AnchorFault::DigestLength { octets: 32, digest_type: 4 },
            "line 1 has a digest of another length (32) than digest type 4 makes",
        ),
    ] {
        let unusable = format!("test DS {digits} {}\n", "ab".repeat(32));
        let refused = context.set_trust_anchors(unusable.as_bytes()).unwrap_err();
        let line = InvalidAnchors::Line { line: 1, fault };
        assert_eq!(refused, InvalidSetting::TrustAnchors(line));
        assert_eq!(refused.to_string(), why);
    }
    let answer = context.query("good.test", RecordType::Mx).unwrap();
    assert_eq!(answer.status, Status::Secure);
}
