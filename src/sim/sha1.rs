//! What SHA-1 secures, where that counts and where it is switched off (RFC 9905).

use world::World;

use super::{Network, context};
use crate::context::Context;
use crate::decide::Level;
use crate::dns::{Mode, RecordType, Status};

/// The status of a domain's MX records, and why.
fn status(world: &World, context: &Context, domain: &str) -> (Status, String) {
    let answer = context.over(&mut Network::of(world)).query(domain, RecordType::Mx).unwrap();
    (answer.status, answer.text())
}

#[test]
fn rfc9905_2_switched_off_what_sha1_alone_secures_is_insecure_and_nothing_else() {
    let world = World::without_sockets();
    let mut context = context(&world, Level::Dane, Mode::Validate);
    let alone = |zone| format!("1 record, {zone} is secured by SHA-1 alone, which is switched off");
    for (domain, off) in [
        ("sha1.test", (Status::Insecure, alone("sha1.test"))),
        ("sha1-ds.test", (Status::Insecure, alone("sha1-ds.test"))),
        ("sha1-beside.test", (Status::Secure, "1 record, signed by sha1-beside.test".into())),
        (
            // Signatures by an algorithm that its DS promises may have been taken away.
            "sha1-zone-key.test",
            (
                Status::Bogus,
                "MX of sha1-zone-key.test: signature of sha1-zone-key.test is by SHA-1, which is switched off"
                    .into(),
            ),
        ),
        ("nsec3.test", (Status::Secure, "1 record, signed by nsec3.test".into())),
        ("good.test", (Status::Secure, "1 record, signed by good.test".into())),
    ] {
        // What the one setting found the other does not remember.
        for _ in 0..2 {
            context.set_sha1(true);
            let signed = format!("1 record, signed by {domain}");
            assert_eq!(status(&world, &context, domain), (Status::Secure, signed));
            context.set_sha1(false);
            assert_eq!(status(&world, &context, domain), off);
        }
    }
    let (denied, text) = status(&world, &context, "missing.nsec3.test");
    assert_eq!(denied, Status::Secure, "the hash of NSEC3 is another matter: {text}");
}

#[test]
fn rfc9905_2_an_anchor_by_sha1_is_none_where_that_is_switched_off_and_never_insecure() {
    let world = World::without_sockets();
    let [root, zone] = &world.sha1_anchors;
    let bogus = |zone| {
        format!(
            "DNSKEY of {zone}: the trust anchor of {zone} is by SHA-1 alone, which is switched off"
        )
    };
    for (anchors, domain, off) in [
        (root.clone(), "good.test", Some(".")),
        (format!("{}{zone}", world.anchor), "sha1.test", Some("sha1.test")),
        (format!("{}{zone}", world.anchor), "good.test", None),
        (format!("{}{root}", world.anchor), "good.test", None),
    ] {
        let mut context = context(&world, Level::Dane, Mode::Validate);
        context.set_trust_anchors(anchors.as_bytes()).unwrap();
        assert_eq!(status(&world, &context, domain).0, Status::Secure);
        context.set_sha1(false);
        let (found, text) = status(&world, &context, domain);
        match off {
            Some(zone) => {
                assert_eq!((found, text), (Status::Bogus, bogus(zone)));
                let probe = context.over(&mut Network::of(&world)).probe().unwrap();
                assert_eq!((probe.status, probe.text()), (Status::Bogus, bogus(zone)));
            }
            None => assert_eq!(found, Status::Secure, "{text}"),
        }
    }
}

#[test]
fn by_the_resolvers_word_it_is_the_resolver_that_takes_sha1_or_not() {
    let world = World::without_sockets();
    let mut context = context(&world, Level::Dane, Mode::TrustAd);
    for on in [true, false] {
        context.set_sha1(on);
        for domain in ["sha1.test", "sha1-ds.test", "sha1-zone-key.test"] {
            assert_eq!(status(&world, &context, domain).0, Status::Secure, "{domain}");
        }
    }
}
