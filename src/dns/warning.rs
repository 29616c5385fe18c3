//! What a probe finds that will be trouble one day, though nothing is wrong today.

use std::fmt::{self, Display, Formatter};

use super::anchor_file::UnusableFile;
use crate::cause::list;

const UPDATE: &str = ": update libdane-policy or the system's anchors";

/// What will be trouble, and what to do about it. As text, one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A file of this system with trust anchors is not used.
    AnchorFile(UnusableFile),
    /// Of several trust anchors of a zone one alone signs its keys.
    OneSigns {
        /// The zone, without a final dot.
        zone: String,
        /// The tag of that one.
        tag: u16,
        /// Those of anchors that are among the zone's keys, and do not sign them.
        silent: Vec<u16>,
        /// Those of anchors that are not among them.
        absent: Vec<u16>,
    },
    /// A trust anchor is revoked (RFC 5011 section 2.1), and counts no more.
    Revoked {
        /// The zone, without a final dot.
        zone: String,
        /// The tag that it had.
        tag: u16,
    },
    /// A zone shows a key for signing its keys that is no trust anchor: it signs by it, or is about to.
    UnknownKey {
        /// The zone, without a final dot.
        zone: String,
        /// The tag of that key.
        tag: u16,
    },
}

impl Display for Warning {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnchorFile(file) => write!(f, "trust anchors are not used, {file}"),
            Self::OneSigns { zone, tag, silent, absent } => {
                write!(f, "of the trust anchors of {zone} only {tag} signs its keys")?;
                if !silent.is_empty() {
                    write!(f, "; published too: {}", list(silent))?;
                }
                if !absent.is_empty() {
                    write!(f, "; gone: {}", list(absent))?;
                }
                f.write_str(if absent.is_empty() { "" } else { UPDATE })
            }
            Self::Revoked { zone, tag } => {
                write!(f, "trust anchor {tag} of {zone} is revoked and counts no more")
            }
            Self::UnknownKey { zone, tag } => write!(
                f,
                "key {tag}, which is for signing the keys of {zone}, is no trust anchor{UPDATE}"
            ),
        }
    }
}
