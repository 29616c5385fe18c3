//! What is true of the hosts of a domain, column by column.

/// A column's word: `secure`, `insecure`, `bogus`, `nxdomain`, `unusable`, `configured`, a certificate's, or `-`.
pub type Word = &'static str;
/// MX, address, TLSA, certificate.
pub type Columns = [Word; 4];

pub const S: Word = "secure";
pub const I: Word = "insecure";
pub const B: Word = "bogus";
pub const NX: Word = "nxdomain";
/// Not looked up, or without a say.
pub const NA: Word = "-";
/// Secure, and no record is usable.
pub const U: Word = "unusable";
/// The administrator named the host.
pub const C: Word = "configured";
pub const GOOD: Word = "successful";
pub const BAD: Word = "unsuccessful";
/// TLS stands, and there is no usable record to match.
pub const TLS: Word = "established";
pub const PLAIN: Word = "no-starttls";
pub const SHAKE: Word = "handshake-failed";
pub const DEAD: Word = "connection-failed";

/// When certificates are valid that have no other dates, in seconds since 1970: from the start of 2020 to that of 2120.
pub const CERTIFICATE: (i64, i64) = (1_577_836_800, 4_733_510_400);
/// The same for those that have expired, at the start of 2021.
pub const EXPIRED_CERTIFICATE: (i64, i64) = (1_577_836_800, 1_609_459_200);

/// What each column of a host is where nothing goes wrong. It does not depend on the level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostTruth {
    /// The name in the MX record, in lower case; the domain's own, or the address, where there is none.
    pub name: String,
    pub columns: Columns,
    /// The certificate matches by a trust anchor, so from the one time to the other only, in seconds since 1970.
    pub matches_within: Option<(i64, i64)>,
}

impl HostTruth {
    pub fn new(name: &str, columns: Columns) -> Self {
        Self { name: name.to_owned(), columns, matches_within: None }
    }

    /// Whether a column rests on what is not signed.
    pub fn is_open(&self) -> bool {
        self.columns.contains(&I) || self.name.contains("unsigned")
    }
}
