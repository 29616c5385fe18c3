//! Trust anchors (RFC 4033 section 2).

use hickory_resolver::proto::rr::Name;

use super::anchor_text::{Anchor, AnchorText, InvalidAnchors};
use super::delegation::EntryPoints;
use super::key::Key;
use crate::dns::wire::names;

/// The root's key-signing keys 20326 (2017) and 38696 (2024), from IANA's root-anchors.xml of 2024-07-18.
const ROOT: &[u8] = b"\
. DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
";

/// Configured entry points into signed zones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Anchors {
    anchors: Vec<(Name, Anchor)>,
    /// Keys that are said to be revoked (RFC 5011 section 2.1), and none of the anchors.
    revoked: Vec<(Name, Key)>,
}

impl Anchors {
    /// The root of the Internet.
    pub(crate) fn iana() -> Self {
        AnchorText::read(ROOT).map(Self::from).unwrap_or_default()
    }

    /// Those of a text that has any.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, InvalidAnchors> {
        let anchors = Self::from(AnchorText::read(text)?);
        if anchors.anchors.is_empty() { Err(InvalidAnchors::Empty) } else { Ok(anchors) }
    }

    /// Takes those of a text as well, and what it says is revoked away.
    pub(crate) fn extend(&mut self, text: &[u8]) -> Result<(), InvalidAnchors> {
        let AnchorText { anchors, revoked } = AnchorText::read(text)?;
        self.anchors.extend(anchors);
        self.revoked.extend(revoked);
        self.drop_revoked();
        Ok(())
    }

    fn drop_revoked(&mut self) {
        let Self { anchors, revoked } = self;
        anchors.retain(|(apex, anchor)| {
            !revoked.iter().any(|(at, key)| at == apex && anchor.is_of(key, apex))
        });
    }
    /// The anchors at a name.
    pub(crate) fn at(&self, name: &Name) -> EntryPoints {
        let here = || self.anchors.iter().filter(|(at, _)| at == name).map(|(_, anchor)| anchor);
        let ds =
            |anchor: &Anchor| if let Anchor::Ds(ds) = anchor { Some(ds.clone()) } else { None };
        let key =
            |anchor: &Anchor| if let Anchor::Key(key) = anchor { Some(key.clone()) } else { None };
        EntryPoints::anchors(here().filter_map(ds), here().filter_map(key).collect())
    }

    /// The closest name with an anchor that encloses `name`.
    pub(crate) fn enclosing(&self, name: &Name) -> Option<&Name> {
        let enclosing = self.anchors.iter().map(|(at, _)| at).filter(|at| at.zone_of(name));
        enclosing.max_by_key(|at| names::depth(at))
    }

    /// The names that have anchors.
    pub(crate) fn names(&self) -> Vec<&Name> {
        let mut names: Vec<&Name> = self.anchors.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The tags of the keys at a name that are said to be revoked.
    pub(crate) fn revoked_at(&self, name: &Name) -> Vec<u16> {
        self.revoked.iter().filter(|(at, _)| at == name).map(|(_, key)| key.tag).collect()
    }
}

impl From<AnchorText> for Anchors {
    fn from(AnchorText { anchors, revoked }: AnchorText) -> Self {
        let mut anchors = Self { anchors, revoked };
        anchors.drop_revoked();
        anchors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::proof::delegation::Ds;

    const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn the_built_in_anchors_are_both_root_keys() {
        let anchors = Anchors::iana().anchors;
        let tags: Vec<u16> = anchors.into_iter().map(|(_, anchor)| anchor.tag()).collect();
        assert_eq!(tags, [20326, 38696]);
    }

    #[test]
    fn the_closest_anchor_encloses() {
        let text = format!(". DS 1 13 2 {DIGEST}\nexample. DS 1 13 2 {DIGEST}\n");
        let anchors = Anchors::parse(text.as_bytes()).unwrap();
        let enclosing = |name: &str| {
            anchors.enclosing(&names::parse(name).unwrap()).map(names::display).unwrap()
        };
        assert_eq!(enclosing("a.example"), "example");
        assert_eq!(enclosing("example"), "example");
        assert_eq!(enclosing("example.org"), ".");
    }

    const KEY: &str = "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3";

    fn tags(anchors: &Anchors) -> Vec<u16> {
        anchors.anchors.iter().map(|(_, anchor)| anchor.tag()).collect()
    }

    #[test]
    fn rfc5011_2_1_what_a_text_says_is_revoked_is_no_anchor_by_whatever_record() {
        let key = |flags: u16| format!(". 172800 IN DNSKEY {flags} 3 13 {KEY}");
        let plain = Anchors::parse(key(257).as_bytes()).unwrap();
        let Anchor::Key(anchor) = &plain.anchors[0].1 else { panic!() };
        let ds = |digest_type| Ds {
            tag: anchor.tag,
            algorithm: 13,
            digest_type,
            digest: anchor.digest_as(&Name::root(), digest_type).unwrap(),
        };
        let by_ds = [1, 2, 4].map(|digest_type| (Name::root(), Anchor::Ds(ds(digest_type))));
        let revoked = key(385) + " ;;state=4 [ REVOKED ]\n";
        for anchors in [vec![plain.anchors[0].clone()], by_ds.to_vec()] {
            let mut anchors = Anchors { anchors, revoked: Vec::new() };
            let of_others = format!(". DS 1 13 2 {DIGEST}\n. DS {} 13 2 {DIGEST}\n", anchor.tag);
            anchors.extend((of_others + &revoked).as_bytes()).unwrap();
            assert_eq!(tags(&anchors), [1, anchor.tag], "of another digest");
            assert_eq!(anchors.revoked_at(&Name::root()), [anchor.tag], "its tag from before");
            assert_eq!(anchors.revoked_at(&names::parse("test").unwrap()), []);
        }
        let mut elsewhere = Anchors::parse(key(257).replacen('.', "test", 1).as_bytes()).unwrap();
        elsewhere.extend(revoked.as_bytes()).unwrap();
        assert_eq!(tags(&elsewhere), [anchor.tag], "a key of another zone");
        assert_eq!(Anchors::parse(revoked.as_bytes()), Err(InvalidAnchors::Empty));
        let both = revoked + &key(257);
        assert_eq!(Anchors::parse(both.as_bytes()), Err(InvalidAnchors::Empty));
    }

    #[test]
    fn a_text_that_cannot_be_used_takes_nothing_away() {
        let mut anchors = Anchors::iana();
        assert!(anchors.extend(b". DS nonsense\n").is_err());
        assert_eq!(anchors, Anchors::iana());
    }
}
