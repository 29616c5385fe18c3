//! Return codes.

/// What a function returns that can fail. DNS, TLS and policy outcomes are never errors: they are inside the objects.
/// cbindgen:prefix-with-name=false
/// cbindgen:rename-all=None
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Done.
    DANE_POLICY_OK = 0,
    /// NULL where an object is needed, a number out of range, or a text that does not parse.
    DANE_POLICY_ERROR_MISUSE = 1,
    /// Memory ran out. Defer.
    DANE_POLICY_ERROR_NO_MEMORY = 2,
    /// A fault in the library, or no descriptor to work with. Defer.
    DANE_POLICY_ERROR_INTERNAL = 3,
    /// Of a session: the connection was cut, or time ran out; dane_policy_session_text says which. What became of a message
    /// is known from the replies that were read: without one, send it again later.
    DANE_POLICY_ERROR_CONNECTION = 4,
    /// Of a session that does not block: nothing can be read or written now. It goes on.
    DANE_POLICY_ERROR_AGAIN = 5,
}

pub(super) use Code::{
    DANE_POLICY_ERROR_AGAIN as AGAIN, DANE_POLICY_ERROR_CONNECTION as CONNECTION,
    DANE_POLICY_ERROR_INTERNAL as INTERNAL, DANE_POLICY_ERROR_MISUSE as MISUSE,
    DANE_POLICY_ERROR_NO_MEMORY as NO_MEMORY, DANE_POLICY_OK as OK,
};

impl From<std::io::Error> for Code {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::OutOfMemory { NO_MEMORY } else { INTERNAL }
    }
}

impl From<std::collections::TryReserveError> for Code {
    fn from(_: std::collections::TryReserveError) -> Self {
        NO_MEMORY
    }
}
