//! What is known of one RRset.

use hickory_resolver::proto::rr::Name;

use super::Status;
use crate::decide::Detail;
use crate::dns::wire;
use crate::dns::wire::names::display;

/// One alias followed on the way to an RRset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The owner of the CNAME or DNAME-synthesised CNAME record, without a final dot.
    pub name: String,
    /// The status of this link and everything before it.
    pub status: Status,
}

/// What is known of one RRset, aliases included.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The cause where the status is bogus or indeterminate.
    pub detail: Detail,
    /// What the status rests on: a zone's signatures, a delegation without DS, a resolver's word.
    pub basis: String,
    /// Why, in words: one line of printable ASCII.
    pub text: String,
    /// DNS packets sent.
    pub queries: u32,
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

    /// A name that cannot be asked for.
    pub(crate) fn invalid_name(why: &str) -> Self {
        let (detail, text) = (Detail::NameInvalid, why.to_owned());
        Self { status: Status::Indeterminate, detail, text, ..Self::started(&Name::root(), 0) }
    }

    /// An answer that nobody waits for any longer.
    pub(crate) fn late(name: &Name, rtype: u16) -> Self {
        let text = "no answer in time, while the other family's came".into();
        let (status, detail) = (Status::Indeterminate, Detail::Timeout);
        Self { status, detail, text, ..Self::started(name, rtype) }
    }

    /// Nothing has weakened it yet.
    pub(super) fn started(name: &Name, rtype: u16) -> Self {
        Self {
            status: Status::Secure,
            rcode: 0,
            exists: false,
            owner: name.clone(),
            rtype,
            records: Vec::new(),
            aliases: Vec::new(),
            detail: Detail::None,
            basis: String::new(),
            text: String::new(),
            queries: 0,
        }
    }
}
