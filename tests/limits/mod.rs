//! The table of what the library may take, `tests/counters.txt`: what was counted is held beside what is recorded there.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What was counted of one kind: names and numbers.
pub type Counted = Vec<(String, u64)>;

/// Writers of the table in this process, one at a time.
static WRITING: Mutex<()> = Mutex::new(());

fn table() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counters.txt")
}

/// A row that is recorded.
struct Row {
    line: usize,
    name: String,
    most: u64,
}

/// Of one kind, headed by `[kind]`, or `[kind] 5 %, with TOOLS`.
#[derive(Default)]
struct Section {
    /// How many percent the number may grow; it may fall by twice that before it is to be recorded anew.
    tolerance: u64,
    tools: String,
    rows: Vec<Row>,
}

fn is_head(line: &str, kind: &str) -> bool {
    line.starts_with(&format!("[{kind}]"))
}

impl Section {
    fn read(text: &str, kind: &str) -> Self {
        let mut lines = (1..).zip(text.lines()).skip_while(|(_, line)| !is_head(line, kind));
        let Some((_, head)) = lines.next() else { return Self::default() };
        let (tolerance, tools) = head.split_once(", with ").unwrap_or((head, ""));
        let tolerance = tolerance.split_once("] ").map_or(0, |(_, percent)| {
            percent.strip_suffix(" %").unwrap_or_else(|| panic!("{head}")).parse().unwrap()
        });
        let rows = lines.take_while(|(_, line)| !line.is_empty()).map(|(line, text)| {
            let (name, most) = text.rsplit_once(' ').unwrap_or_else(|| panic!("{text}"));
            Row { line, name: name.trim_end().into(), most: most.parse().unwrap() }
        });
        Self { tolerance, tools: tools.into(), rows: rows.collect() }
    }

    /// What is wrong with a number.
    fn judge(&self, row: &Row, counted: u64) -> Option<String> {
        let Row { name, most, .. } = row;
        let change = counted.abs_diff(*most);
        let (how, tolerance, rest) = if counted > *most {
            ("more", self.tolerance, "")
        } else {
            ("fewer", 2 * self.tolerance, ": record it, so that it stays")
        };
        if change * 100 <= most * tolerance {
            return None;
        }
        let mut text = format!("{name}: {counted}, {change} {how} than the {most} recorded");
        if tolerance > 0 {
            let percent = (change * 100).checked_div(*most).unwrap_or(100);
            let _ = write!(text, " ({percent} %, of which {tolerance} % are tolerated)");
        }
        Some(text + rest)
    }

    /// What is wrong, each with its line in the table.
    fn compare(&self, kind: &str, tools: &str, counted: &Counted) -> Vec<String> {
        let mut wrong = Vec::new();
        for row in &self.rows {
            let place = format!("tests/counters.txt:{}: {kind}: ", row.line);
            match counted.iter().find(|(name, _)| *name == row.name) {
                None => wrong.push(format!("{place}{}: {} recorded, none now", row.name, row.most)),
                Some((_, counted)) => wrong.extend(self.judge(row, *counted).map(|it| place + &it)),
            }
        }
        for (name, number) in counted {
            if !self.rows.iter().any(|row| row.name == *name) {
                wrong.push(format!("tests/counters.txt: {kind}: {name}: {number}, none recorded"));
            }
        }
        if !wrong.is_empty() && self.tools != tools {
            let recorded = &self.tools;
            wrong.push(format!("{kind} were recorded with {recorded}; this is {tools}"));
        }
        wrong
    }
}

/// The table with these numbers in place of those of the kind; the tolerance stays.
fn with(text: &str, kind: &str, tools: &str, counted: &Counted) -> String {
    let Section { tolerance, .. } = Section::read(text, kind);
    let mut section = format!("[{kind}]");
    if tolerance > 0 {
        let _ = write!(section, " {tolerance} %");
    }
    if !tools.is_empty() {
        let _ = write!(section, ", with {tools}");
    }
    for (name, number) in counted {
        let _ = write!(section, "\n{name:<72} {number:>8}");
    }
    let mut parts: Vec<&str> = text.trim_end().split("\n\n").collect();
    match parts.iter().position(|part| is_head(part, kind)) {
        Some(place) => parts[place] = &section,
        None => parts.push(&section),
    }
    parts.join("\n\n") + "\n"
}

/// Holds numbers beside those recorded, each with its kind and the tools that it depends on, or records them: `make counters`.
pub fn hold(kinds: &[(&str, &str, Counted)]) {
    let _writing = WRITING.lock();
    let mut text = fs::read_to_string(table()).unwrap();
    if env::var_os("DANE_POLICY_WRITE_COUNTERS").is_some() {
        for (kind, tools, counted) in kinds {
            text = with(&text, kind, tools, counted);
        }
        fs::write(table(), text).unwrap();
        return;
    }
    let compare = |(kind, tools, counted): &(&str, &str, Counted)| {
        Section::read(&text, kind).compare(kind, tools, counted)
    };
    let wrong: Vec<String> = kinds.iter().flat_map(compare).collect();
    let advice = "Where it has to be so: `make counters` records it; say why in the commit.";
    assert!(wrong.is_empty(), "\n{}\n{advice}", wrong.join("\n"));
}
