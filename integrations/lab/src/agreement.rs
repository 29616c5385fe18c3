//! Every question to the library and to the oracle: do they say the same?

mod permitted;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use kit::sys::workers;

use crate::agreement::permitted::Difference;
use crate::dns::resolver::{self, ORACLE, UPSTREAM};
use crate::dns::verdict::{Status, Verdict};
use crate::dns::wire;
use crate::internet::plan::{Plan, Question};
use crate::subject::Subject;

const WORKERS: usize = 2;
/// More of them have one cause; a server has ended, perhaps.
const MAX_FAILURES: usize = 50;

/// What was found.
#[derive(Default)]
pub struct Tally {
    pub asked: usize,
    pub statuses: BTreeMap<Status, usize>,
    pub permitted: BTreeMap<&'static str, usize>,
    pub failures: Vec<String>,
}

/// Asks everything; the order does not matter.
pub fn compare(plan: &Plan, subject: &Subject) -> io::Result<Tally> {
    let tally = Mutex::new(Tally::default());
    let tally_now = || tally.lock().unwrap_or_else(PoisonError::into_inner);
    workers::each(WORKERS, &plan.questions, |question| {
        if tally_now().failures.len() < MAX_FAILURES {
            let ours = subject.judge(&question.name, question.rtype)?;
            let oracle = resolver::judge(ORACLE, UPSTREAM, &question.name, type_of(question.rtype));
            tally_now().add(plan, question, &ours, &oracle);
        }
        Ok(())
    })?;
    Ok(tally.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Tally {
    fn add(&mut self, plan: &Plan, question: &Question, ours: &Verdict, oracle: &Verdict) {
        self.asked += 1;
        *self.statuses.entry(ours.status).or_default() += 1;
        let zone = &plan.zones[question.zone];
        let what = format!("{} {} [{}]", question.name, question.rtype, zone.recipe.name);
        if let Some(expected) = zone.expected
            && question.name.starts_with("_25._tcp.mx.z")
            && ours.status != expected
        {
            self.failures.push(format!("{what}: expected {expected}, we say {ours}"));
        }
        if ours.agrees_with(oracle) {
            return;
        }
        let recipes = plan.recipes_above(&[&ours.path[..], &oracle.path].concat());
        let difference = Difference { ours, oracle, recipes };
        match permitted::rule(&difference) {
            Some(rule) => *self.permitted.entry(rule).or_default() += 1,
            None => self.failures.push(format!(
                "{what}: we say {ours}, unbound says {oracle}\n    ours {:?} {}\n    its  {:?} {}",
                ours.records, ours.text, oracle.records, oracle.text
            )),
        }
    }
}

/// The number of a type in a question.
fn type_of(word: &str) -> u16 {
    [wire::A, wire::AAAA, wire::MX, wire::CNAME, wire::TLSA]
        .into_iter()
        .find(|rtype| wire::type_name(*rtype) == word)
        .expect(word)
}
