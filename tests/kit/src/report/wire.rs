//! Everything that was seen of a run, in the order of time.

use std::time::{Duration, Instant};

use world::{Event, Record, Shown};

use crate::resolver::Question;

/// A line for each question and each thing that a client did, with the seconds since `began`.
pub fn lines(began: Instant, questions: &[Question], records: &[Record]) -> String {
    let mut lines: Vec<(Instant, String)> = questions.iter().map(question).collect();
    for (number, record) in (1..).zip(records) {
        let who = format!("connection {number}");
        let to = format!("{who}: to {} at {}", record.host, record.address.ip());
        lines.push((record.began, to));
        let events = record.events.iter();
        lines.extend(events.map(|(when, event)| (*when, format!("{who}: {}", words(event)))));
        lines.extend(record.ended.map(|when| (when, format!("{who}: over"))));
    }
    lines.sort_by_key(|(when, _)| *when);
    let since = |when: &Instant| when.checked_duration_since(began).unwrap_or(Duration::ZERO);
    let line =
        |(when, what): &(Instant, String)| format!("  {:7.3} {what}\n", since(when).as_secs_f64());
    lines.iter().map(line).collect()
}

fn question(question: &Question) -> (Instant, String) {
    let Question { asked, name, rcode, .. } = question;
    let ad = if question.is_authentic { ", AD" } else { "" };
    (*asked, format!("asked for {name} {}: {rcode}{ad}", question.type_name()))
}

fn words(event: &Event) -> String {
    match event {
        Event::Said(line) => format!("< {}", line.escape_debug()),
        Event::Hello { server_name, shown } => {
            let name = match server_name {
                Some(name) => format!("asks for {name}"),
                None => "asks for no name".to_owned(),
            };
            let shown = match shown {
                Shown::Own => "its own certificate",
                Shown::Fallback => "the certificate for other names",
                Shown::Strange => "a certificate that nothing promises",
            };
            format!("TLS: {name}, is shown {shown}")
        }
        Event::Encrypted(version) => format!("TLS: handshake complete, {version}"),
        Event::Broken(why) => format!("TLS: broken, {why}"),
        Event::Took(recipient) => format!("> took the message for {recipient}"),
    }
}
