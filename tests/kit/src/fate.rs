//! What became of a message, as the world saw it.

use std::fmt;

/// The fate of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A server took it over TLS.
    OverTls,
    /// A server took it in the clear.
    InClear,
    /// The mail server has it still, or said that it is to be tried again.
    Kept,
    /// The mail server sent a notice to its sender, or did not take it at all.
    Bounced,
    /// The mail server took it; it was neither delivered nor returned, and is in no queue.
    Lost,
}

impl Fate {
    pub const fn words(self) -> &'static str {
        match self {
            Self::OverTls => "over TLS",
            Self::InClear => "in clear",
            Self::Kept => "kept",
            Self::Bounced => "bounced",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.words())
    }
}
