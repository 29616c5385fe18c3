//! The name servers of the private Internet, and where each listens.

/// Who serves a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Bind,
    Nsd,
    Knot,
}

impl Server {
    pub const ALL: [Self; 3] = [Self::Bind, Self::Nsd, Self::Knot];

    pub fn address(self) -> &'static str {
        match self {
            Self::Bind => "127.0.1.1",
            Self::Nsd => "127.0.1.2",
            Self::Knot => "127.0.1.3",
        }
    }
}
