//! Every attack on every kind of answer: is anything believed that the oracle, behind the same attacker, does not?

mod attack;
mod proxy;

use std::io;
use std::path::Path;

use crate::dns::resolver::{self, Asks, ORACLE_BEHIND, UPSTREAM};
use crate::dns::verdict::{Status, Verdict};
use crate::dns::wire;
use crate::internet::plan::Plan;
use crate::subject::Subject;
use crate::tampering::attack::{ATTACKS, Attack, QUESTIONS, Target};
use crate::tampering::proxy::Proxy;
use world::Random;

/// A seed runs one row in so many.
const ONE_IN: usize = 3;

/// What was found.
#[derive(Default)]
pub struct Tally {
    pub rows: usize,
    /// As the oracle says, or as it is without the attack.
    pub believed: usize,
    pub refused: usize,
    /// Refused by the library alone: the attacker can have silence in any case.
    pub refused_alone: usize,
    pub most_queries: u64,
    pub failures: Vec<String>,
}

/// Runs the rows that the seed chooses.
pub fn run(
    plan: &Plan,
    subject: &Subject,
    anchors: &str,
    directory: &Path,
    random: &mut Random,
) -> io::Result<Tally> {
    let subject = Subject { nameserver: proxy::ADDRESS.into(), timeout: 4, ..subject.clone() };
    let proxy = Proxy::start()?;
    let mut tally = Tally::default();
    for zone in plan.targets() {
        for question in &QUESTIONS {
            let target = attack::target(&zone.name, question);
            let name = wire::show_name(&target.name);
            proxy.become_attacker(Box::new(|reply, _| reply));
            let truth = subject.judge(&name, wire::type_name(target.rtype))?;
            for attack in ATTACKS.iter().filter(|attack| attack.wants(target.kind)) {
                if !random.one_in(ONE_IN) {
                    continue;
                }
                let under = target.clone();
                proxy.become_attacker(Box::new(move |reply, over| {
                    attack.apply(reply, &under, over)
                }));
                let ours = subject.judge(&name, wire::type_name(target.rtype))?;
                let asks = Asks::Forwarder(proxy::ADDRESS);
                let behind = resolver::start(ORACLE_BEHIND, asks, Some(anchors), directory)?;
                let oracle = resolver::judge(ORACLE_BEHIND, UPSTREAM, &name, target.rtype);
                drop(behind);
                tally.most_queries = tally.most_queries.max(ours.queries);
                tally.add(Row { attack, target: &target, truth: &truth, ours, oracle });
            }
        }
    }
    Ok(tally)
}

struct Row<'a> {
    attack: &'static Attack,
    target: &'a Target,
    /// What the library says of the untouched answer.
    truth: &'a Verdict,
    ours: Verdict,
    oracle: Verdict,
}

impl Tally {
    fn add(&mut self, row: Row<'_>) {
        self.rows += 1;
        let Row { attack, target, truth, ours, oracle } = row;
        let usable = (ours.status.is_usable(), oracle.status.is_usable());
        let is_true = ours.agrees_with(truth);
        // Whoever may alter an insecure answer may say anything in it.
        let both_insecure = ours.status == Status::Insecure && oracle.status == Status::Insecure;
        let wrong = match usable {
            (false, _) if attack.honest && truth.status.is_usable() => "HONEST ANSWER REFUSED",
            (false, false) => {
                self.refused += 1;
                return;
            }
            (false, true) => {
                self.refused_alone += 1;
                return;
            }
            (true, _) if is_true && (attack.honest || truth.status == Status::Secure) => {
                self.believed += 1;
                return;
            }
            (true, true) if both_insecure || ours.agrees_with(&oracle) => {
                self.believed += 1;
                return;
            }
            (true, _) => "FORGERY BELIEVED",
        };
        let (name, rtype) = (wire::show_name(&target.name), wire::type_name(target.rtype));
        self.failures.push(format!(
            "{wrong} {name} {rtype} [{}]: truth {truth}, we say {ours}, unbound says {oracle}",
            attack.name
        ));
    }
}
