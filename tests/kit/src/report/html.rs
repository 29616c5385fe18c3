//! The same as a page: self-contained, without scripts.

use std::fmt::Write;

use crate::report::text::expected;
use crate::report::{Count, Heading, VERSION};
use crate::verdict::{Row, Verdict};

const STYLE: &str = "
:root { color-scheme: light dark; --ground: #fff; --text: #1c1e21; --line: #d5d8dc; }
:root { --good: #1a6e2e; --open: #7a5200; --bad: #b3151f; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --text: #e4e6e9; --line: #3a3f45; --good: #6fd58a; --open: #f0bf57; --bad: #ff8f8f; }
}
body { background: var(--ground); color: var(--text); font: 1rem/1.45 system-ui, sans-serif; margin: 1.5rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; }
th[scope=row] { font-weight: 600; overflow-wrap: anywhere; }
th small, td small { display: block; font-weight: 400; }
.ok { color: var(--good); } .open { color: var(--open); } .wrong { color: var(--bad); font-weight: 700; }
@media (max-width: 45rem) {
  table, caption, tbody { display: block; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { display: block; border-bottom: 1px solid var(--line); padding: .5rem 0; }
  th[scope=row], td { display: block; border: 0; padding: .1rem 0; }
  td[data-name]::before { content: attr(data-name) ': '; }
}
@media print { :root { --ground: #fff; --text: #000; --good: #1a6e2e; --open: #7a5200; --bad: #b3151f; } body { max-width: none; margin: 0; } tr { break-inside: avoid; } }
";

const WORDS: &str = "<em>verified</em>: to be delivered to a server that matches its TLSA records; what \
    shows it is the <em>twin</em>, the same domain with another certificate at its servers, which has to be kept. \
    <em>delivered</em>: with TLS or without. <em>kept</em>: waits in the queue. <em>lost</em>: none of \
    delivered, returned and in the queue. <em>open</em>: RFCs leave it to the mail server. The columns DANE and \
    DANE-only say what is expected at either level.";

/// A whole page.
pub fn page(heading: &Heading, rows: &[Row]) -> String {
    let Heading { server, level, seconds, .. } = heading;
    let resolver = heading.resolver();
    let title = escaped(&format!("Outbound DANE: {server} at {}", level.word()));
    let count = Count::of(rows).words();
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p><strong>{count}</strong> of {} cases, {resolver}, in {seconds} s, dane-kit {VERSION}.</p>\n<p>{WORDS}</p>\n<table>\n<caption>Every case, and what was seen of it: the wrong ones first</caption>\n\
         <thead><tr><th scope=\"col\">Case</th><th scope=\"col\">RFC, section</th><th scope=\"col\">DANE</th>\
         <th scope=\"col\">DANE-only</th><th scope=\"col\">Seen</th><th scope=\"col\">Verdict</th></tr></thead>\n<tbody>\n",
        rows.len()
    );
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by_key(|row| match row.verdict {
        Verdict::Wrong => 0,
        Verdict::Open(_) => 1,
        Verdict::Ok => 2,
    });
    for row in rows {
        let case = &row.case;
        let why = match &row.verdict {
            Verdict::Ok => String::new(),
            Verdict::Open(rule) => format!("<small>{}</small>", escaped(rule)),
            Verdict::Wrong => format!("<small>expected: {}</small>", escaped(&expected(row))),
        };
        let verdict = row.verdict.to_string().to_lowercase();
        let _ = writeln!(
            text,
            "<tr><th scope=\"row\">{}<small>{}</small></th><td data-name=\"RFC\">{}</td>\
             <td data-name=\"DANE\">{}</td><td data-name=\"DANE-only\">{}</td><td data-name=\"Seen\">{}</td>\
             <td data-name=\"Verdict\" class=\"{verdict}\">{verdict}{why}</td></tr>",
            escaped(&case.domain),
            escaped(&case.title),
            escaped(&case.rfc),
            case.dane,
            case.dane_only,
            escaped(&row.words()),
        );
    }
    text + "</tbody>\n</table>\n</main>\n</body>\n</html>\n"
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_that_a_name_says_is_markup() {
        assert_eq!(escaped("<b a=\"c\">&"), "&lt;b a=&quot;c&quot;&gt;&amp;");
    }
}
