//! The response codes that a text names (RFC 6895 section 2.3).

pub(crate) const NOERROR: u16 = 0;
pub(crate) const NXDOMAIN: u16 = 3;

/// The word for a response code.
pub(crate) fn name(rcode: u16) -> String {
    match rcode {
        NOERROR => "NOERROR".into(),
        1 => "FORMERR".into(),
        2 => "SERVFAIL".into(),
        NXDOMAIN => "NXDOMAIN".into(),
        4 => "NOTIMP".into(),
        5 => "REFUSED".into(),
        other => format!("RCODE{other}"),
    }
}
