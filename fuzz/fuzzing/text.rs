//! Every text that a caller can set, and every name that one can ask for.

use super::lines::{assert_line, assert_printable};
use super::octets::Octets;
use super::{ALWAYS_WAITS, WORLD};
use crate::context::Context;
use crate::decide::{Action, Level, Mx};
use crate::dns::{Mode, RecordType};
use crate::lookup::Destination;
use crate::sim::{self, Network};

thread_local! {
    /// With nothing set, for a new one reads files.
    static CONTEXT: Context = sim::context(&WORLD, Level::Dane, Mode::Validate);
}

/// Sets what is given as far as it is taken, and asks once, of name servers that answer nothing.
pub fn text(input: &[u8]) {
    let mut octets = Octets::new(input);
    let mut context = CONTEXT.with(Clone::clone);
    let (mut question, kind) = ("", octets.u8());
    while !octets.is_over() {
        let what = octets.u8();
        let piece = octets.piece();
        let text = std::str::from_utf8(piece).unwrap_or_default();
        let set = match what % 6 {
            0 => context.add_nameserver(text),
            1 => context.set_resolv_conf(piece),
            2 => context.set_trust_anchors(piece),
            3 => context.set_ehlo_name(text),
            4 => context.set_destination_level(text, Some(Level::DaneOnly)),
            _ => {
                question = text;
                Ok(())
            }
        };
        if let Err(refused) = set {
            assert_line(&refused.to_string());
        }
    }
    ask(&context, kind, question);
}

fn ask(context: &Context, kind: u8, question: &str) {
    let mut network = silence();
    let mut calls = context.over(&mut network);
    let destination = match kind % 8 {
        0 => calls.lookup(question, 25),
        1 => calls.lookup_host(question, 25, None, Mx::Secure),
        2 => calls.lookup_host("mx.example", 25, Some(question), Mx::Secure),
        3 => {
            let answer = calls.query(question, RecordType::Tlsa).expect(ALWAYS_WAITS);
            return assert_line(&answer.text());
        }
        _ => return,
    };
    judge(&destination.expect(ALWAYS_WAITS));
}

/// Name servers that answer nothing.
fn silence() -> Network<'static> {
    let mut network = Network::with(&WORLD, Box::new(|_, _, _| None));
    network.is_recording = false;
    network
}

/// Without a DNS nothing is permitted, unless the text is an address.
fn judge(destination: &Destination) {
    let decisions = destination.hosts.iter().map(|host| &host.decision);
    for decision in decisions.chain([&destination.decision]) {
        assert_line(&decision.text);
        assert!(!decision.verdict.may_deliver());
    }
    for host in &destination.hosts {
        assert_printable(&host.name);
        assert!(host.decision.verdict.action == Action::Defer || !host.addresses.is_empty());
        assert!(host.reference_names.iter().all(|name| name.is_ascii()));
    }
}
