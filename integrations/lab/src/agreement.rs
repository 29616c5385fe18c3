//! Every question to the library and to the oracle: do they say the same?

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::permitted::{self, Difference};
use crate::plan::{Plan, Question};
use crate::resolver::{self, ORACLE, UPSTREAM};
use crate::subject::Subject;
use crate::verdict::{Status, Verdict};
use crate::wire;

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
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        let work = || -> io::Result<()> {
            while tally.lock().is_ok_and(|tally| tally.failures.len() < MAX_FAILURES)
                && let Some(question) = plan.questions.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let ours = subject.judge(&question.name, question.rtype)?;
                let oracle =
                    resolver::judge(ORACLE, UPSTREAM, &question.name, type_of(question.rtype));
                let mut tally = tally.lock().map_err(|_| io::Error::other("a worker panicked"))?;
                tally.add(plan, question, &ours, &oracle);
            }
            Ok(())
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a worker panicked")))
        })
    })?;
    tally.into_inner().map_err(|_| io::Error::other("a worker panicked"))
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
        let difference = Difference { ours, recipes };
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
pub fn type_of(word: &str) -> u16 {
    [wire::A, wire::AAAA, wire::MX, wire::CNAME, wire::TLSA]
        .into_iter()
        .find(|rtype| wire::type_name(*rtype) == word)
        .expect(word)
}
