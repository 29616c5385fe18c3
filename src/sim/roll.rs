//! The root rolls its key-signing key, and a context has the old one as its anchor, the new one, or both.

use world::{Moment, World};

use super::{Network, context};
use crate::cause::Detail;
use crate::decide::Level;
use crate::dns::{Mode, RecordType, Status, Warning};

/// What is expected of a moment of a roll with some anchors.
type Expected = (Option<&'static str>, &'static [&'static str], &'static [&'static str]);

/// RFC 5011, RFC 7583 section 3.3: every moment of a roll of the root's key, with the old anchor, the new one, and both.
#[test]
fn rfc5011_the_root_rolls_its_key() {
    use Moment::*;
    const STRANGER: Option<&str> = Some("no key matches the trust anchor");
    const SILENT: Option<&str> = Some("no signature by a trusted key of the zone .");
    const REVOKED: Option<&str> = Some("the trust anchor is revoked");
    const OLD_UNKNOWN: &[&str] = &["unknown old"];
    const NEW_UNKNOWN: &[&str] = &["unknown new"];
    let world = World::without_sockets();
    for (moment, old, new, both) in [
        // What fails, who signs, what is warned of.
        (
            Before,
            (None, &["old"][..], &[][..]),
            (STRANGER, &[][..], OLD_UNKNOWN),
            (None, &["old"][..], &["only old, gone new"][..]),
        ),
        (
            Published,
            (None, &["old"], NEW_UNKNOWN),
            (SILENT, &[], OLD_UNKNOWN),
            (None, &["old"], &["only old, silent new"]),
        ),
        (
            Both,
            (None, &["old"], NEW_UNKNOWN),
            (None, &["new"], OLD_UNKNOWN),
            (None, &["old", "new"], &[]),
        ),
        (
            Retired,
            (SILENT, &[], NEW_UNKNOWN),
            (None, &["new"], OLD_UNKNOWN),
            (None, &["new"], &["only new, silent old"]),
        ),
        (
            After,
            (STRANGER, &[], NEW_UNKNOWN),
            (None, &["new"], &[]),
            (None, &["new"], &["only new, gone old"]),
        ),
        (
            Revoked,
            (REVOKED, &[], &["revoked old", "unknown new"]),
            (None, &["new"], &[]),
            (None, &["new"], &["only new", "revoked old"]),
        ),
        (
            Emergency,
            (REVOKED, &[], &["revoked old", "unknown new"]),
            (None, &["new"], OLD_UNKNOWN),
            (None, &["new"], &["only new", "revoked old"]),
        ),
        (
            Claimed,
            (None, &["old"], NEW_UNKNOWN),
            (None, &["new"], OLD_UNKNOWN),
            (None, &["old", "new"], &[]),
        ),
        (
            Algorithm,
            (None, &["old"], NEW_UNKNOWN),
            (None, &["new"], OLD_UNKNOWN),
            (None, &["old", "new"], &[]),
        ),
        (
            Large,
            (None, &["old"], NEW_UNKNOWN),
            (None, &["new"], OLD_UNKNOWN),
            (None, &["old", "new"], &[]),
        ),
    ] {
        let anchor = world.roll_root(moment);
        let tag = |line: &str| line.split_whitespace().nth(3).unwrap().to_owned();
        let tags = [tag(&world.anchor), tag(&anchor)];
        for (anchors, expected) in [
            (world.anchor.clone(), old),
            (anchor.clone(), new),
            (world.anchor.clone() + &anchor, both),
        ] {
            is_as_expected(&world, &anchors, &tags, expected, &format!("{moment:?} {anchors}"));
        }
    }
}

fn is_as_expected(
    world: &World,
    anchors: &str,
    [old, new]: &[String; 2],
    (failure, signing, warnings): Expected,
    what: &str,
) {
    let tagged = |text: &str| text.replace("old", old).replace("new", new);
    let mut context = context(world, Level::Dane, Mode::Validate);
    context.set_trust_anchors(anchors.as_bytes()).unwrap();
    let answer = context.over(&mut Network::of(world)).query("good.test", RecordType::Mx).unwrap();
    let probe = context.over(&mut Network::of(world)).probe().unwrap();
    let warned: Vec<String> = probe.warnings.iter().map(brief).collect();
    assert_eq!(warned, warnings.iter().map(|text| tagged(text)).collect::<Vec<_>>(), "{what}");
    if let Some(why) = failure {
        for answer in [answer, probe] {
            let status = (answer.status, answer.detail(), answer.text());
            let want = (Status::Bogus, format!("DNSKEY of .: {why}"));
            assert_eq!((status.0, status.2), want, "{what}");
            assert_eq!(status.1 == Detail::TrustAnchor, why.contains("trust anchor"), "{what}");
        }
        return;
    }
    assert_eq!((answer.status, probe.status), (Status::Secure, Status::Secure), "{what}");
    let said = probe.text();
    let (_, signers) = said.split_once(" serves DNSSEC records; ").unwrap();
    // Two are in the order of their tags.
    let wants = match signing {
        [one] => vec![format!("trust anchor {one} signs .")],
        _ => ["old, new", "new, old"].map(|both| format!("trust anchors {both} sign .")).to_vec(),
    };
    assert!(wants.iter().any(|want| tagged(want) == signers), "{what}: {said}");
}

#[test]
fn a_probe_says_what_is_and_not_what_was() {
    let world = World::without_sockets();
    let context = context(&world, Level::Dane, Mode::Validate);
    let query = || context.over(&mut Network::of(&world)).query("good.test", RecordType::Mx);
    assert_eq!(query().unwrap().status, Status::Secure);
    world.roll_root(Moment::After);
    assert_eq!(query().unwrap().status, Status::Secure, "the keys are remembered");
    let probe = context.over(&mut Network::of(&world)).probe().unwrap();
    let want = "DNSKEY of .: no key matches the trust anchor";
    assert_eq!((probe.status, probe.text().as_str()), (Status::Bogus, want));
}

/// A warning in a few words.
fn brief(warning: &Warning) -> String {
    let list = |what: &str, tags: &[u16]| match tags {
        [] => String::new(),
        tags => tags.iter().fold(format!(", {what}"), |text, tag| text + &format!(" {tag}")),
    };
    match warning {
        Warning::OneSigns { tag, silent, absent, .. } => {
            format!("only {tag}{}{}", list("silent", silent), list("gone", absent))
        }
        Warning::Revoked { tag, .. } => format!("revoked {tag}"),
        Warning::UnknownKey { tag, .. } => format!("unknown {tag}"),
        other => other.to_string(),
    }
}
