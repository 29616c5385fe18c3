//! One RRset with its status, aliases followed hop by hop (RFC 1034 section 3.6.2, RFC 7672 section 2.1.3).

use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::{Call, Reply};
use super::validate::{Denied, denied, single};
use super::{Alias, Answer, Mode, Status};
use crate::decide::Detail;
use crate::dns::proof::Failure;
use crate::dns::proof::Judged;
use crate::dns::wire::Rrset;
use crate::dns::wire::name_in;
use crate::dns::wire::names::display;
use crate::dns::wire::rtype;

/// Aliases followed; longer chains are indeterminate.
const MAX_ALIASES: usize = 10;

/// What one reply says of one name.
enum Step<'r> {
    Records(&'r Rrset, Judged),
    Denied(Denied),
    Alias(Name, Judged),
}

impl Call {
    /// Asks for a name and type, and gives the answer to who waits for it; every outcome is an answer.
    ///
    /// The question goes out at once. So does what the answer will need, with the first question of a call: later
    /// ones have a reply soon that names its signer.
    pub(crate) fn resolve(
        self: &Rc<Self>,
        name: &Name,
        rtype: u16,
    ) -> impl Future<Output = Answer> + use<> {
        let is_first = self.is_fresh();
        self.start(name, rtype);
        if is_first {
            self.prepare(name);
        }
        let (call, name) = (self.clone(), name.clone());
        async move { call.answer(&name, rtype).await }
    }

    async fn answer(self: &Rc<Self>, name: &Name, rtype: u16) -> Answer {
        let mut answer = Answer::started(name, rtype);
        // Boxed, as are the calls around it, so that small stacks do.
        if let Err(failure) = Box::pin(self.follow(name, rtype, &mut answer)).await {
            answer.status = failure.status;
            answer.detail = failure.detail;
            answer.text = failure.text;
            answer.rcode = failure.rcode;
            answer.exists = false;
            answer.records.clear();
        }
        answer.queries = self.budget.queries_sent();
        answer
    }

    async fn follow(
        self: &Rc<Self>,
        name: &Name,
        rtype: u16,
        answer: &mut Answer,
    ) -> Result<(), Failure> {
        let mut name = name.clone();
        let mut visited = Vec::new();
        loop {
            let reply = self.ask(&name, rtype).await?;
            answer.rcode = reply.message.rcode;
            match self.step(&reply, &name, rtype).await? {
                Step::Records(rrset, judged) => {
                    answer.weaken(judged);
                    answer.exists = true;
                    for rdata in &rrset.rdata {
                        self.budget.keep(Rrset::kept_octets(rdata))?;
                    }
                    answer.records = rrset.rdata.clone();
                    answer.text = match answer.records.len() {
                        1 => format!("1 record, {}", answer.basis),
                        count => format!("{count} records, {}", answer.basis),
                    };
                    return Ok(());
                }
                Step::Denied(denied) => {
                    answer.weaken(denied.judged);
                    answer.exists = denied.exists;
                    let what = if denied.exists { "no such record" } else { "no such name" };
                    answer.text = format!("{what}, {}", answer.basis);
                    return Ok(());
                }
                Step::Alias(target, judged) => {
                    answer.weaken(judged);
                    answer.aliases.push(Alias { name: display(&name), status: answer.status });
                    visited.push(name);
                    if visited.len() > MAX_ALIASES || visited.contains(&target) {
                        let text = format!("more than {MAX_ALIASES} aliases, or a loop");
                        return Err(Failure::indeterminate(Detail::AliasLoop, text));
                    }
                    name = target;
                    answer.owner = name.clone();
                }
            }
        }
    }

    async fn step<'r>(
        self: &Rc<Self>,
        reply: &'r Reply,
        name: &Name,
        rtype: u16,
    ) -> Result<Step<'r>, Failure> {
        let mode = self.config.mode;
        let section = &reply.message.answer;
        if let Some(rrset) = section.rrset(name, rtype) {
            let judged = match (mode, rtype) {
                (Some(Mode::Validate), rtype::CNAME) => self.validate_alias(reply, rrset).await?,
                (Some(Mode::Validate), _) => self.validate_rrset(reply, rrset).await?,
                (Some(Mode::TrustAd), _) => self.trust_reply(reply).await?,
                (None, _) => unproven(),
            };
            return Ok(Step::Records(rrset, judged));
        }
        if let Some(alias) = section.rrset(name, rtype::CNAME) {
            let judged = match mode {
                Some(Mode::Validate) => self.validate_alias(reply, alias).await?,
                Some(Mode::TrustAd) => self.trust_alias(reply, name).await?,
                None => unproven(),
            };
            let target = single(alias).and_then(name_in).map(|(target, _)| target);
            let target = target.ok_or_else(|| {
                Failure::bogus(format!("CNAME of {}: more than one record", display(name)))
            })?;
            return Ok(Step::Alias(target, judged));
        }
        Ok(Step::Denied(match mode {
            Some(Mode::Validate) => self.validate_denial(reply, name, rtype).await?,
            Some(Mode::TrustAd) => denied(reply, self.trust_reply(reply).await?),
            None => denied(reply, unproven()),
        }))
    }
}

/// Where DNSSEC does not matter, nothing is secure.
fn unproven() -> Judged {
    Judged::insecure("DNSSEC is not looked at")
}

impl Answer {
    /// An insecure link makes everything after it insecure (RFC 7672 section 2.1.3).
    fn weaken(&mut self, judged: Judged) {
        if self.status == Status::Secure {
            self.status = judged.status;
            self.basis = judged.basis;
        }
    }

    /// The status of the first response: the name's own records, or its first alias (RFC 7672 section 2.2.2).
    pub(crate) fn first_status(&self) -> Status {
        match self.aliases.first() {
            Some(alias) if matches!(self.status, Status::Secure | Status::Insecure) => alias.status,
            _ => self.status,
        }
    }
}
