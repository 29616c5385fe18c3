//! One RRset with its status, aliases followed hop by hop (RFC 1034 section 3.6.2, RFC 7672 section 2.1.3).

use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::Call;
use super::reply::Reply;
use super::validate::{Denied, denied, single};
use super::{Alias, Answer, Lifetime, Mode, Status};
use crate::cause::{Basis, Cause, Subject};
use crate::dns::proof::{Failure, Judged};
use crate::dns::wire::names::display;
use crate::dns::wire::{Rrset, name_in, rcode, rtype};

/// Aliases followed; longer chains are indeterminate.
const MAX_ALIASES: usize = 10;

/// What one reply says of one name.
enum Step<'r> {
    Records(&'r Rrset, Judged),
    Denied(Denied),
    Alias(Name, &'r Rrset, Judged),
}

/// How far the search for an RRset has come.
struct Trail {
    /// The name that the last alias led to.
    name: Name,
    /// The response code of the last reply.
    rcode: u16,
    aliases: Vec<Alias>,
}

/// Records, or none where it is denied.
struct Found {
    judged: Judged,
    exists: bool,
    records: Vec<Vec<u8>>,
    lifetime: Option<Lifetime>,
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
        let mut trail = Trail { name: name.clone(), rcode: rcode::NOERROR, aliases: Vec::new() };
        // Boxed, as are the calls around it, so that small stacks do.
        let found = Box::pin(self.follow(rtype, &mut trail)).await;
        let Trail { name, rcode, aliases } = trail;
        let queries = self.budget.queries_sent();
        match found {
            Ok(Found { judged, exists, records, lifetime }) => Answer {
                rcode,
                exists,
                records,
                lifetime,
                aliases,
                queries,
                ..Answer::new(&name, rtype, Ok(judged))
            },
            Err(failure) => Answer {
                rcode: failure.0.rcode(),
                aliases,
                queries,
                ..Answer::new(&name, rtype, Err(failure))
            },
        }
    }

    async fn follow(self: &Rc<Self>, rtype: u16, trail: &mut Trail) -> Result<Found, Failure> {
        let mut visited = Vec::new();
        let mut so_far = None;
        let mut lifetime = None;
        loop {
            let reply = self.ask(&trail.name, rtype).await?;
            trail.rcode = reply.message.rcode;
            match self.step(&reply, &trail.name, rtype).await? {
                Step::Records(rrset, judged) => {
                    for rdata in &rrset.rdata {
                        self.budget.keep(Rrset::kept_octets(rdata))?;
                    }
                    let lifetime = Some(Lifetime::of(rrset, &judged).behind(lifetime));
                    let judged = weaker(so_far, judged);
                    let records = rrset.rdata.clone();
                    return Ok(Found { judged, exists: true, records, lifetime });
                }
                Step::Denied(Denied { judged, exists }) => {
                    let judged = weaker(so_far, judged);
                    return Ok(Found { judged, exists, records: Vec::new(), lifetime: None });
                }
                Step::Alias(target, rrset, judged) => {
                    lifetime = Some(Lifetime::of(rrset, &judged).behind(lifetime));
                    let judged = weaker(so_far, judged);
                    let name = display(&trail.name);
                    trail.aliases.push(Alias { name, status: judged.status() });
                    so_far = Some(judged);
                    visited.push(trail.name.clone());
                    if visited.len() > MAX_ALIASES || visited.contains(&target) {
                        return Err(Cause::Aliases(MAX_ALIASES).into());
                    }
                    trail.name = target;
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
        let mode = self.mode;
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
            let several = || Cause::SeveralAliases(Subject::new(name, rtype::CNAME));
            let target = target.ok_or_else(several)?;
            return Ok(Step::Alias(target, alias, judged));
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
    Basis::NotLookedAt.into()
}

/// An insecure link makes everything after it insecure (RFC 7672 section 2.1.3).
fn weaker(so_far: Option<Judged>, judged: Judged) -> Judged {
    so_far.filter(|so_far| so_far.status() == Status::Insecure).unwrap_or(judged)
}

impl Answer {
    /// The status of the first response: the name's own records, or its first alias (RFC 7672 section 2.2.2).
    pub(crate) fn first_status(&self) -> Status {
        match self.aliases.first() {
            Some(alias) if matches!(self.status, Status::Secure | Status::Insecure) => alias.status,
            _ => self.status,
        }
    }
}
