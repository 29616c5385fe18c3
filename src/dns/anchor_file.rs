//! The files in which this system keeps the root's trust anchors.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use crate::dns::proof::{Anchors, InvalidAnchors};
use crate::sys::open_to_read;

/// Where they may be, unless the packager says so: with colons between them.
const PATHS: &str = match option_env!("DANE_POLICY_ANCHOR_FILES") {
    Some(paths) => paths,
    None => "/usr/share/dns/root.key:/var/lib/unbound/root.key:/etc/unbound/root.key",
};
/// A file of more octets is none of anchors.
const MAX_OCTETS: u64 = 64 * 1024;

/// A file with trust anchors that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnusableFile {
    /// Its path.
    pub path: String,
    /// What is wrong with it.
    pub why: UnusableAnchors,
}

/// Why a file has no trust anchors to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnusableAnchors {
    /// It cannot be read.
    Unreadable(io::ErrorKind),
    /// It has more than 65,536 octets.
    TooLong,
    /// What it has are no anchors.
    Invalid(InvalidAnchors),
}

/// The anchors built in and those of every file that is there and can be used.
pub(super) fn anchors_of_system() -> (Anchors, Vec<UnusableFile>) {
    let mut anchors = Anchors::iana();
    let unusable = extend(&mut anchors, PATHS.split(':'));
    (anchors, unusable)
}

fn extend<'p>(
    anchors: &mut Anchors,
    paths: impl IntoIterator<Item = &'p str>,
) -> Vec<UnusableFile> {
    let mut unusable = Vec::new();
    for path in paths.into_iter().filter(|path| !path.is_empty()) {
        let read = read(path.as_ref());
        let outcome = read.and_then(|text| match text {
            Some(text) => anchors.extend(&text).map_err(UnusableAnchors::Invalid),
            None => Ok(()),
        });
        unusable.extend(outcome.err().map(|why| UnusableFile { path: path.to_owned(), why }));
    }
    unusable
}

/// None where there is no such file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, UnusableAnchors> {
    let mut text = Vec::new();
    let read = open_to_read(path).and_then(|file| file.take(MAX_OCTETS + 1).read_to_end(&mut text));
    match read {
        Ok(octets) if octets as u64 > MAX_OCTETS => Err(UnusableAnchors::TooLong),
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(UnusableAnchors::Unreadable(error.kind())),
    }
}

impl fmt::Display for UnusableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.why)
    }
}

impl fmt::Display for UnusableAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => why.fmt(f),
            Self::TooLong => write!(f, "more than {MAX_OCTETS} octets"),
            Self::Invalid(why) => why.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use hickory_resolver::proto::rr::Name;
    use world::scratch::Scratch;

    use super::*;

    #[test]
    fn what_is_built_in_is_there_on_every_system() {
        let (anchors, _) = anchors_of_system();
        assert!(anchors.names().contains(&&Name::root()));
    }

    #[test]
    fn nobody_waits_for_who_writes_a_pipe() {
        let folder = Scratch::new("anchor-pipe").unwrap();
        let path = folder.path.join("root.key");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let unusable = extend(&mut Anchors::iana(), [path.to_str().unwrap()]);
        assert_eq!(unusable[0].why, UnusableAnchors::Invalid(InvalidAnchors::Empty));
    }

    #[test]
    fn a_file_has_64_kib_at_most() {
        let folder = Scratch::new("anchor-file").unwrap();
        let path = folder.path.join("root.key");
        for (octets, why) in [
            (65_536, UnusableAnchors::Invalid(InvalidAnchors::Empty)),
            (65_537, UnusableAnchors::TooLong),
            (100_000, UnusableAnchors::TooLong),
        ] {
            fs::write(&path, vec![b'\n'; octets]).unwrap();
            let unusable = extend(&mut Anchors::iana(), [path.to_str().unwrap()]);
            assert_eq!(unusable[0].why, why, "{octets}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told() {
        let mut anchors = Anchors::iana();
        let folder = env!("CARGO_MANIFEST_DIR");
        let unusable = extend(&mut anchors, ["", "/nonexistent/root.key", folder]);
        let [UnusableFile { path, why: UnusableAnchors::Unreadable(why) }] = &unusable[..] else {
            panic!("{unusable:?}")
        };
        assert_eq!((path.as_str(), *why), (folder, io::ErrorKind::IsADirectory));
        assert_eq!(unusable[0].to_string(), format!("{folder}: is a directory"));
        assert_eq!(anchors, Anchors::iana());
    }
}
