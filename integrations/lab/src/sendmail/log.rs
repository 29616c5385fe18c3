//! What became of one message, as Sendmail logs it, and as its queue shows it.

use std::collections::{BTreeMap, HashMap};

use crate::mail::delivery::Delivery;

/// Reads a log, by the local part of each recipient.
pub fn read(log: &str) -> BTreeMap<String, Delivery> {
    let mut deliveries = BTreeMap::new();
    // What ${verify} was in the last handshake of a process with a host; it may keep the connection.
    let mut sessions: HashMap<(&str, &str), &str> = HashMap::new();
    for line in log.lines() {
        let Some((process, said)) = line.split_once("]: ") else { continue };
        let process = process.rsplit('[').next().unwrap_or_default();
        if said.contains("STARTTLS=client, relay=") {
            if let (Some(relay), Some(verify)) = (field(said, "relay="), field(said, ", verify=")) {
                sessions.insert((process, relay.trim_end_matches('.')), verify);
            }
        } else if let Some((local_part, delivery)) = result(said) {
            let of_this = |((with, host), _): &(&(&str, &str), &&str)| {
                *with == process && is_shortened(host, &delivery.relay)
            };
            let session = sessions.iter().find(of_this).filter(|_| delivery.status == "sent");
            let trust = session.map(|(_, verify)| verify);
            let trust =
                trust.map(|verify| if *verify == "TRUSTED" { "Verified" } else { "Untrusted" });
            deliveries.insert(local_part, Delivery { trust: trust.map(str::to_owned), ..delivery });
        }
    }
    deliveries
}

/// Sendmail puts three dots into a long name, and cuts the other at this length.
const LONGEST: usize = 100;

fn is_shortened(host: &str, relay: &str) -> bool {
    match relay.split_once("...") {
        Some((start, end)) => {
            host.starts_with(start) && (host.len() == LONGEST || host.ends_with(end))
        }
        None => host == relay,
    }
}

fn field<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = said.split_once(name)?;
    rest.split([',', ' ']).next()
}

/// `QUEUE-ID: to=<7@example.test>, ..., relay=mx.example.test. [192.0.2.1], dsn=4.7.5, stat=Deferred: words`; without an
/// address it did not connect.
fn result(said: &str) -> Option<(String, Delivery)> {
    let (_, said) = said.split_once(": to=")?;
    let (local_part, _) = said.trim_start_matches('<').split_once('@')?;
    let (_, words) = said.split_once(", stat=")?;
    // That is no attempt.
    if words == "queued" {
        return None;
    }
    let dsn = field(said, ", dsn=")?;
    let relay = said.split_once(", relay=").map_or("", |(_, rest)| rest);
    let relay = relay.split(", dsn=").next()?;
    let (host, is_connected) =
        relay.split_once(' ').map_or((relay, false), |(host, _)| (host, true));
    let status = match words {
        _ if words.starts_with("Sent") => "sent",
        _ if words.starts_with("Deferred") => "deferred",
        _ => "bounced",
    };
    let delivery = Delivery {
        status: status.to_owned(),
        trust: None,
        relay: if is_connected { host.trim_end_matches('.') } else { "none" }.to_owned(),
        why: format!("{dsn} {words}"),
    };
    Some((local_part.to_owned(), delivery))
}

/// Why mail waits, as mailq(1) has it, by the local part of the recipient.
pub fn read_queue(queue: &str) -> BTreeMap<String, String> {
    let mut waiting = BTreeMap::new();
    let mut why = "";
    for line in queue.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix('(') {
            why = words.trim_end_matches(')');
        } else if let Some((local_part, _)) = line.trim_start_matches('<').split_once('@') {
            waiting.insert(local_part.to_owned(), why.to_owned());
        }
    }
    waiting
}
