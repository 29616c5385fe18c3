//! The rows of a run for people, programs and browsers.

pub mod html;
pub mod json;
pub mod text;
pub mod wire;

use crate::expectation::Level;
use crate::resolver::Judgement;
use crate::verdict::{Row, Verdict};

/// What a report is about.
pub struct Heading {
    /// The mail server's name.
    pub server: String,
    pub level: Level,
    pub judgement: Judgement,
    /// Whether the mail server could be asked for what it keeps.
    pub has_queue: bool,
    pub seconds: u64,
}

impl Heading {
    /// The resolver in words.
    pub fn resolver(&self) -> &'static str {
        match self.judgement {
            Judgement::SetsAd => "resolver sets AD",
            Judgement::None => "resolver judges nothing",
        }
    }
}

/// That of the library whose cases these are.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How many rows came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub ok: usize,
    pub open: usize,
    pub wrong: usize,
}

impl Count {
    pub fn of(rows: &[Row]) -> Self {
        let mut count = Self::default();
        for row in rows {
            *match row.verdict {
                Verdict::Ok => &mut count.ok,
                Verdict::Open(_) => &mut count.open,
                Verdict::Wrong => &mut count.wrong,
            } += 1;
        }
        count
    }

    pub fn words(self) -> String {
        let Self { ok, open, wrong } = self;
        format!("{ok} as expected, {open} left open by RFCs, {wrong} wrong")
    }
}
