//! What is known of one RRset.

use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::{Lifetime, Status, Warning};
use crate::cause::{Basis, Cause, Detail, Facts, Finding};
use crate::dns::proof::{Failure, Judged};
use crate::dns::wire::names::{InvalidName, display};
use crate::dns::wire::{self, rcode};

/// One alias followed on the way to an RRset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alias {
    /// The owner of the CNAME or DNAME-synthesised CNAME record, without a final dot.
    pub name: String,
    /// The status of this link and everything before it.
    pub status: Status,
}

/// What is known of one RRset, aliases included.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The weakest status on the way to the records or their denial.
    pub status: Status,
    /// The response code (RFC 6895), of the last response.
    pub rcode: u16,
    /// Whether the (final) name exists; false for NXDOMAIN and where it is not known.
    pub exists: bool,
    /// The final name.
    pub(crate) owner: Name,
    pub(crate) rtype: u16,
    /// The RDATA of every record, decompressed, in canonical order.
    pub records: Vec<Vec<u8>>,
    /// The aliases followed, in order.
    pub aliases: Vec<Alias>,
    /// What a secure or insecure status rests on: a zone's signatures, a delegation without DS, a resolver's word; and why
    /// another is bogus or indeterminate.
    pub(crate) ground: Result<Arc<Basis>, Failure>,
    /// Of the records, where there are any.
    pub lifetime: Option<Lifetime>,
    /// DNS packets sent, those that probe the resolver apart.
    pub queries: u32,
    /// Of a probe, what will be trouble one day.
    pub warnings: Vec<Warning>,
}

impl Answer {
    /// The final name, without a final dot.
    pub fn name(&self) -> String {
        display(&self.owner)
    }

    /// The records in presentation format (RFC 1035 section 5.1), type and owner left out.
    pub fn presentation(&self) -> impl Iterator<Item = String> {
        self.records.iter().map(|rdata| wire::show(self.rtype, rdata))
    }

    /// The cause where the status is bogus or indeterminate.
    pub fn detail(&self) -> Detail {
        self.ground.as_ref().map_or_else(|failure| failure.0.detail(), |_| Detail::None)
    }

    /// Why, in words: one line of printable ASCII.
    pub fn text(&self) -> String {
        self.finding().line()
    }

    /// The same, field by field.
    pub fn facts(&self) -> Facts {
        Facts::of(Some(Arc::new(self.finding())))
    }

    /// The names that the aliases lead to, the final one last.
    pub(crate) fn targets(&self) -> Vec<String> {
        let behind = self.aliases.iter().skip(1).map(|alias| alias.name.clone());
        let last = self.aliases.last().map(|_| self.name());
        behind.chain(last).collect()
    }

    fn finding(&self) -> Finding {
        match &self.ground {
            Err(failure) => Finding::Failure(failure.0.clone()),
            Ok(basis) if basis.is_probe() => Finding::Probe(basis.clone()),
            Ok(basis) if self.records.is_empty() => {
                Finding::Denial { exists: self.exists, basis: basis.clone() }
            }
            Ok(basis) => Finding::Records { count: self.records.len(), basis: basis.clone() },
        }
    }

    /// A name that cannot be asked for.
    pub(crate) fn invalid_name(why: InvalidName) -> Self {
        Self::new(&Name::root(), 0, Err(Cause::InvalidName(why).into()))
    }

    /// An answer that nobody waits for any longer.
    pub(crate) fn late(name: &Name, rtype: u16) -> Self {
        Self::new(name, rtype, Err(Cause::Late.into()))
    }

    /// One without records and aliases.
    pub(super) fn new(name: &Name, rtype: u16, judged: Result<Judged, Failure>) -> Self {
        Self {
            status: judged.as_ref().map_or_else(Failure::status, Judged::status),
            rcode: rcode::NOERROR,
            exists: false,
            owner: name.clone(),
            rtype,
            records: Vec::new(),
            aliases: Vec::new(),
            ground: judged.map(|judged| judged.basis),
            lifetime: None,
            queries: 0,
            warnings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::wire::rtype;

    #[test]
    fn an_answer_says_what_it_has_and_what_that_rests_on() {
        let name = || Name::from_ascii("example.").unwrap();
        let resting_on = |basis: Basis| Answer::new(&name(), rtype::TLSA, Ok(Judged::from(basis)));
        let denial = resting_on(Basis::SignedBy(name()));
        let records = Answer { records: vec![vec![3, 1]; 2], exists: true, ..denial.clone() };
        for (answer, text) in [
            (denial.clone(), "no such name, signed by example"),
            (Answer { exists: true, ..denial }, "no such record, signed by example"),
            (records, "2 records, signed by example"),
            (
                resting_on(Basis::Serving(vec![], vec![])),
                &*Basis::Serving(vec![], vec![]).to_string(),
            ),
            (Answer::late(&name(), rtype::TLSA), &*Cause::Late.to_string()),
        ] {
            assert_eq!(answer.text(), text);
            let finding = Facts::of(Some(Arc::new(answer.finding())));
            assert!(answer.facts() == finding && finding != Facts::of(None), "{text}");
        }
    }
}
