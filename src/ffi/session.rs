//! A session over the connection that was verified.

use std::ffi::{CString, c_char, c_int, c_void};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::null_mut;
use std::time::Duration;

use super::allocator;
use super::boundary::{change, create, free, read};
use super::context::dane_policy_context;
use super::error::{AGAIN, CONNECTION, Code, MISUSE, NO_MEMORY, OK};
use super::host::dane_policy_host;
use super::numbers::dane_policy_error;
use super::text::{array, text_or_null, to_c};
use super::verification::dane_policy_verification;
use crate::connect::{Connected, Session};
use crate::memory;

/// Octets of a read that are copied at once.
const ROOM: usize = 8 * 1024;

/// SMTP over the connection that was verified, in the process that connected.
pub struct dane_policy_session {
    session: Session,
    greeting: CString,
    tls_version: Option<CString>,
    text: CString,
}

impl dane_policy_session {
    fn new(session: Session) -> Self {
        Self {
            greeting: to_c(session.greeting()),
            tls_version: session.tls_version().map(to_c),
            text: CString::default(),
            session,
        }
    }

    /// Reads or writes; what was done in a process that forked off, or while memory ran out, is nothing.
    fn use_by(
        &mut self,
        body: impl FnOnce(&mut Session) -> std::io::Result<usize>,
    ) -> Result<usize, Code> {
        if !self.session.is_owner() {
            return Err(MISUSE);
        }
        allocator::begin()?;
        let outcome = body(&mut self.session);
        if memory::is_short() {
            self.session.give_up(ErrorKind::OutOfMemory);
        }
        self.text = to_c(self.session.text());
        match outcome {
            _ if memory::is_short() => Err(NO_MEMORY),
            Ok(length) => Ok(length),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(AGAIN),
            Err(_) => Err(CONNECTION),
        }
    }
}

/// What a connection gave, for the caller to own.
pub(super) fn objects(
    connected: Connected,
) -> (Option<Box<dane_policy_session>>, dane_policy_verification) {
    let Connected { session, attempt } = connected;
    let session = session.map(|session| Box::new(dane_policy_session::new(session)));
    (session, dane_policy_verification::new(attempt.verification, Some(attempt.decision)))
}

/// For programs without TLS of their own: connects to a host of dane_policy_lookup and stays connected, for a session over the
/// very connection that was verified. The addresses are tried in order, as far as the host's decision says so, by STARTTLS
/// wherever it is offered; where TLS is not required and its handshake fails, in the clear. All within the context's timeout.
///
/// *out is NULL, and the return code DANE_POLICY_OK, where the message may not go to this host now; the decision of *why
/// says so: go on with the next host, and after a 4xx reply too. Where there is a session, its decision permits delivery over
/// this session, in the clear or not. Free both.
///
/// Returns as dane_policy_lookup.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_connect_host(
    context: Option<&dane_policy_context>,
    host: Option<&dane_policy_host>,
    out: *mut *mut dane_policy_session,
    why: *mut *mut dane_policy_verification,
) -> dane_policy_error {
    let mut session = None;
    let connect = || {
        let (context, host) = context.zip(host).filter(|_| !out.is_null()).ok_or(MISUSE)?;
        let verification;
        (session, verification) = objects(context.context.connect_host(&host.host)?);
        Ok(verification)
    };
    // SAFETY: NULL or room for a pointer.
    let code = unsafe { create(why, connect) };
    let session = session.filter(|_| code == OK as i32).map_or(null_mut(), Box::into_raw);
    if !out.is_null() {
        // SAFETY: `out` is not NULL, and the caller gives room for a pointer there.
        unsafe { out.write(session) };
    }
    code
}

/// The server's first reply, "220 ...": all its lines, each with its CRLF, as printable ASCII. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_greeting(
    session: Option<&dane_policy_session>,
) -> *const c_char {
    read(session, std::ptr::null(), |session| session.greeting.as_ptr())
}

/// "TLSv1.3" or "TLSv1.2"; NULL in the clear, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_tls_version(
    session: Option<&dane_policy_session>,
) -> *const c_char {
    read(session, std::ptr::null(), |session| text_or_null(session.tls_version.as_ref()))
}

/// Why the session is over: one line of printable ASCII, at most 200 octets; "" as long as it is not. It lives until the next
/// read or write. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_text(session: Option<&dane_policy_session>) -> *const c_char {
    read(session, std::ptr::null(), |session| session.text.as_ptr())
}

/// Sets the time that each read and each write may take in all, in milliseconds; 600000 by default (RFC 5321 section
/// 4.5.3.2.6). 0 is DANE_POLICY_ERROR_MISUSE.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_set_timeout(
    session: Option<&mut dane_policy_session>,
    milliseconds: u32,
) -> dane_policy_error {
    change(session.filter(|_| milliseconds != 0), |session| {
        session.session.set_timeout(Duration::from_millis(milliseconds.into()));
        Ok(())
    })
}

/// Has reads and writes wait (not 0, the default of dane_policy_connect_host) or return DANE_POLICY_ERROR_AGAIN instead (0, the
/// default of dane_policy_multi_connect_host).
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_set_blocking(
    session: Option<&mut dane_policy_session>,
    on: c_int,
) -> dane_policy_error {
    change(session, |session| {
        session.session.set_blocking(on != 0);
        Ok(())
    })
}

/// Reads what the server says. *length is how many octets came, at least one; 0 with DANE_POLICY_OK is the end that the server
/// announced (close_notify; in the clear the end of the stream). A connection that was cut is
/// DANE_POLICY_ERROR_CONNECTION, after all that came before: it is never taken for an end. Say EHLO first: what the server says
/// before the first write ends the session, for it may come from somebody on the way (RFC 3207 section 6).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_session_read(
    session: Option<&mut dane_policy_session>,
    buffer: *mut c_void,
    size: usize,
    length: *mut usize,
) -> dane_policy_error {
    let mut room = [0; ROOM];
    let is_wrong = buffer.is_null() || size == 0;
    let body = |session: &mut dane_policy_session| {
        session.use_by(|session| session.read(&mut room[..size.min(ROOM)]))
    };
    // SAFETY: NULL or room for a number.
    let (code, count) = unsafe { counted(session.filter(|_| !is_wrong), length, body) };
    if count > 0 {
        // SAFETY: `buffer` is not NULL and has room for `size` octets, which are not fewer.
        unsafe { buffer.cast::<u8>().copy_from_nonoverlapping(room.as_ptr(), count) };
    }
    code
}

/// Writes to the server: all of it where it blocks; else *length tells how many octets were taken, and
/// dane_policy_session_events when to go on. What the server says meanwhile is kept to be read, so that a client may send many
/// commands before it reads (RFC 2920). DANE_POLICY_ERROR_CONNECTION where the session is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_session_write(
    session: Option<&mut dane_policy_session>,
    data: *const c_void,
    size: usize,
    length: *mut usize,
) -> dane_policy_error {
    let body = |session: &mut dane_policy_session| {
        // SAFETY: NULL with size 0, or `size` octets.
        let octets = unsafe { array(data.cast::<u8>(), size) }?;
        session.use_by(|session| session.write(octets))
    };
    // SAFETY: NULL or room for a number.
    unsafe { counted(session, length, body) }.0
}

/// Tells how many octets were read or written; none after an error.
unsafe fn counted(
    session: Option<&mut dane_policy_session>,
    length: *mut usize,
    body: impl FnOnce(&mut dane_policy_session) -> Result<usize, Code>,
) -> (dane_policy_error, usize) {
    if length.is_null() {
        return (MISUSE as i32, 0);
    }
    let mut count = 0;
    let code = change(session, |session| {
        count = body(session)?;
        Ok(())
    });
    // SAFETY: not NULL, and the caller gives room for a number there.
    unsafe { length.write(count) };
    (code, count)
}

/// The descriptor to wait for, in programs that do not block: for what dane_policy_session_events says, and only where
/// dane_policy_session_pending is 0. Do not read it, write to it or close it. -1 for NULL and in another process.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_descriptor(session: Option<&dane_policy_session>) -> c_int {
    let session = session.filter(|session| session.session.is_owner());
    read(session, -1, |session| session.session.as_fd().as_raw_fd())
}

/// What to wait for, as for poll(2): POLLIN, and POLLOUT while octets of a write are still to be sent, which the next read or
/// write does. 0 where there is nothing to wait for, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_events(session: Option<&dane_policy_session>) -> c_int {
    read(session, 0, |session| {
        let read = if session.session.wants_read() { libc::POLLIN } else { 0 };
        let write = if session.session.wants_write() { libc::POLLOUT } else { 0 };
        c_int::from(read | write)
    })
}

/// 1 if a read has something to tell without waiting, octets or an end, whatever the descriptor says; else 0.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_pending(session: Option<&dane_policy_session>) -> c_int {
    read(session, 0, |session| session.session.is_pending().into())
}

/// Ends a session: close_notify goes out where that takes no waiting, and the connection is closed. Say QUIT before. In a
/// process other than the one that connected it closes the descriptor and nothing else. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_session_free(session: Option<Box<dane_policy_session>>) {
    free(session);
}
