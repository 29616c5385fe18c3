//! The cases of the kit through a mail server, beside what it is known to do otherwise and what its log says.

use std::io;
use std::time::Instant;

use kit::case::Case;
use kit::expectation::{Expectation, Level};
use kit::fate::Fate;
use kit::recipe::{Recipe, Subject};
use kit::resolver::Judgement;
use kit::run::Run;
use kit::stage::Stage;
use kit::verdict::{Row, Verdict};

use crate::mail::tally::Tally;

/// Both levels of DANE.
pub const LEVELS: [Level; 2] = [Level::Dane, Level::DaneOnly];

/// Where a mail server does something else than the case says: a rule in words, and whether it is about this.
pub type Exception = (&'static str, fn(&Case, Level, Fate) -> bool);

/// Every case at one level, by the kit's recipe of this name. `resolver` is what the one in resolv.conf makes of DNSSEC.
pub fn run<'a>(
    stage: &'a Stage,
    recipe: &'a Recipe,
    level: Level,
    resolver: Judgement,
) -> io::Result<(Vec<Row>, Subject<'a>)> {
    let name = format!("{}-{}", resolver.word(), level.word());
    let subject = Subject::start(stage, recipe, level, resolver, &name)?;
    let cases = Case::all(&stage.world, resolver == Judgement::SetsAd);
    let rows = Run { stage, resolver: None, level, name: &name }.rows(&cases, &subject)?;
    Ok((rows, subject))
}

/// Prints what was found; whether nothing differs but by rule. Where mail waits, `tells` says whether the server's own words
/// about the recipient give the reason.
pub fn judge(
    title: &str,
    started: Instant,
    rows: &[Row],
    level: Level,
    exceptions: &[Exception],
    tells: impl Fn(&Case, &str, &str) -> bool,
) -> bool {
    let mut tally = Tally::default();
    for row in rows {
        let (case, seen) = (&row.case, &row.seen);
        let reason = case.expected[usize::from(level == Level::DaneOnly)].reason;
        let is_told = seen.fate != Fate::Kept
            || row.expected != Expectation::Kept
            || tells(case, &seen.recipient, reason);
        let exception = exceptions.iter().find(|(_, is_so)| is_so(case, level, seen.fate));
        let rule = exception.map(|(words, _)| *words);
        match (&row.verdict, is_told) {
            (Verdict::Ok, true) => tally.agree(),
            (Verdict::Open(rule), _) => tally.permit(rule),
            (_, is_told) => {
                let told = if is_told { "" } else { ", and gives another reason" };
                let found = format!("{}{told}", row.words());
                tally.differ(&case.domain, &case.title, row.expected.words(), rule, &found);
            }
        }
    }
    tally.print(&format!("{title} at {}: {} cases", level.word(), rows.len()), started)
}
