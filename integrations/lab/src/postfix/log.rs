//! What became of one message, as Postfix logs it.

use std::collections::{BTreeMap, HashMap};

use crate::mail::delivery::Delivery;

/// Reads a log; the local part of each recipient is a number.
pub fn read(log: &str) -> BTreeMap<usize, Delivery> {
    let mut deliveries = BTreeMap::new();
    // A process has one session at a time, and one message.
    let mut sessions: HashMap<&str, (&str, &str)> = HashMap::new();
    for line in log.lines() {
        let Some((process, said)) = line.split_once("]: ") else { continue };
        if let Some((trust, rest)) = said.split_once(" TLS connection established to ") {
            let peer = rest.split(": ").next().unwrap_or_default();
            sessions.insert(process_id(process), (trust, peer));
        } else if let Some((number, delivery)) = result(said) {
            let session = sessions.remove(process_id(process));
            let trust = session.filter(|(_, peer)| peer.eq_ignore_ascii_case(&delivery.relay));
            let trust = trust.map(|(trust, _)| trust.to_owned());
            deliveries.insert(number, Delivery { trust, ..delivery });
        }
    }
    deliveries
}

fn process_id(process: &str) -> &str {
    process.rsplit('[').next().unwrap_or_default()
}

/// `QUEUE-ID: to=<7@example.test>, relay=..., dsn=4.7.5, status=deferred (words)`
fn result(said: &str) -> Option<(usize, Delivery)> {
    let (_, said) = said.split_once(": to=<")?;
    let (number, said) = said.split_once('@')?;
    let field = |name: &str| {
        let (_, rest) = said.split_once(name)?;
        rest.split([',', ' ']).next()
    };
    let (_, words) = said.split_once(" (")?;
    let delivery = Delivery {
        status: field(" status=")?.to_owned(),
        trust: None,
        relay: field(" relay=")?.to_owned(),
        why: format!("{} {}", field(" dsn=")?, words.trim_end_matches(')')),
    };
    Some((number.parse().ok()?, delivery))
}
