//! Many calls at once, for event loops.

use std::ffi::{c_char, c_int, c_void};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use super::allocator;
use super::boundary::{change, create, free, guard, read};
use super::context::dane_policy_context;
use super::error::{Code, INTERNAL, MISUSE, NO_MEMORY};
use super::host::dane_policy_host;
use super::numbers::{dane_policy_error, dane_policy_level};
use super::outcome::{Tag, dane_policy_outcome};
use super::status;
use super::text::{from_c, optional_from_c};
use crate::memory;
use crate::multi::Multi;

/// Calls under way on one thread, with one descriptor to wait for.
pub struct dane_policy_multi {
    multi: Multi<Tag>,
}

pub(super) type Owned<'m> = &'m mut Multi<Tag>;

/// Does something with a multi, in the process that made it.
fn with(
    multi: Option<&mut dane_policy_multi>,
    body: impl FnOnce(Owned<'_>) -> Result<(), Code>,
) -> dane_policy_error {
    change(multi, |multi| {
        if !multi.multi.is_owner() {
            return Err(MISUSE);
        }
        allocator::begin()?;
        body(&mut multi.multi)
    })
}

/// Starts a call, or nothing where memory is short: whoever is told of an error forgets the tag.
pub(super) fn start(
    multi: Option<&mut dane_policy_multi>,
    body: impl FnOnce(Owned<'_>) -> Result<(), Code>,
) -> dane_policy_error {
    with(multi, |multi| {
        body(multi)?;
        if !memory::is_short() {
            return Ok(());
        }
        multi.forget_last();
        Err(NO_MEMORY)
    })
}

/// Starts a call for a domain and its port.
pub(super) unsafe fn start_for(
    multi: Option<&mut dane_policy_multi>,
    domain: *const c_char,
    port: u16,
    body: impl FnOnce(Owned<'_>, &str),
) -> dane_policy_error {
    start(multi.filter(|_| port != 0), |multi| {
        // SAFETY: as the caller promises.
        let domain = unsafe { from_c(domain) }?;
        body(multi, &domain);
        Ok(())
    })
}

/// Makes a multi: calls under way at once, without a thread, used by one thread at a time. It takes the settings of the
/// context as they are now and shares its cache; the context may be freed before it. Free it with dane_policy_multi_free.
/// DANE_POLICY_ERROR_INTERNAL where the system gives no descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_multi_new(
    context: Option<&dane_policy_context>,
    out: *mut *mut dane_policy_multi,
) -> dane_policy_error {
    let new = || {
        let context = context.ok_or(MISUSE)?;
        Ok(dane_policy_multi { multi: Multi::new(&context.context)? })
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, new) }
}

/// Frees a multi. Whatever still runs is cancelled; outcomes that were fetched live on. In a process other than the one that
/// made it, it closes its descriptors and touches nothing else. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_free(multi: Option<Box<dane_policy_multi>>) {
    free(multi);
}

/// Sets the level of the calls that start later, as dane_policy_context_set_level.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_set_level(
    multi: Option<&mut dane_policy_multi>,
    level: dane_policy_level,
) -> dane_policy_error {
    with(multi, |multi| {
        multi.set_level(status::level_or_off(level)?);
        Ok(())
    })
}

/// Turns audit on or off for the calls that start later, as dane_policy_context_set_audit.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_set_audit(
    multi: Option<&mut dane_policy_multi>,
    on: c_int,
) -> dane_policy_error {
    with(multi, |multi| {
        multi.set_audit(on != 0);
        Ok(())
    })
}

/// Sets how many sockets all calls may have open at once, from now on. By default 256, or half of the descriptors that
/// the process may still open (RLIMIT_NOFILE) where that is less. The calls take them in turn; what waits for one waits
/// without its patience running. 0 is DANE_POLICY_ERROR_MISUSE.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_set_sockets(
    multi: Option<&mut dane_policy_multi>,
    count: usize,
) -> dane_policy_error {
    with(multi, |multi| {
        multi.set_sockets(Some(count).filter(|count| *count > 0).ok_or(MISUSE)?);
        Ok(())
    })
}

/// Sets how many octets all calls may keep of what they were answered, from now on; 67108864 by default. Past it the call
/// that holds most ends: its decision is DEFER, and the text says so. 0 is DANE_POLICY_ERROR_MISUSE.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_set_memory(
    multi: Option<&mut dane_policy_multi>,
    octets: usize,
) -> dane_policy_error {
    with(multi, |multi| {
        multi.set_memory(Some(octets).filter(|octets| *octets > 0).ok_or(MISUSE)?);
        Ok(())
    })
}

/// Starts dane_policy_lookup and returns; the destination comes out of dane_policy_multi_next, with the tag. The context's
/// timeout begins now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_multi_lookup(
    multi: Option<&mut dane_policy_multi>,
    domain: *const c_char,
    port: u16,
    tag: *mut c_void,
) -> dane_policy_error {
    // SAFETY: NULL or a string that ends in NUL.
    unsafe { start_for(multi, domain, port, |multi, domain| multi.lookup(domain, port, Tag(tag))) }
}

/// Starts dane_policy_lookup_host, in the same way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_multi_lookup_host(
    multi: Option<&mut dane_policy_multi>,
    host: *const c_char,
    port: u16,
    next_hop: *const c_char,
    mx_status: c_int,
    tag: *mut c_void,
) -> dane_policy_error {
    start(multi.filter(|_| port != 0), |multi| {
        // SAFETY: NULL or a string that ends in NUL.
        let host = unsafe { from_c(host) }?;
        // SAFETY: NULL or a string that ends in NUL.
        let next_hop = unsafe { optional_from_c(next_hop) }?;
        let mx = status::mx_of(mx_status)?;
        multi.lookup_host(&host, port, next_hop.as_deref(), mx, Tag(tag));
        Ok(())
    })
}

/// Starts dane_policy_connect_host, in the same way; session and verification come out. It copies what it needs of the host.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_connect_host(
    multi: Option<&mut dane_policy_multi>,
    host: Option<&dane_policy_host>,
    tag: *mut c_void,
) -> dane_policy_error {
    start(multi, |multi| {
        multi.connect_host(&host.ok_or(MISUSE)?.host, Tag(tag));
        Ok(())
    })
}

/// The descriptor to wait for, for poll(2), epoll(7), kqueue(2) or an event library: while it is readable, call
/// dane_policy_multi_process. It is level-triggered, becomes readable for timers and for outcomes that wait too, and never
/// changes; do not read it or close it. -1 for NULL and in another process.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_descriptor(multi: Option<&dane_policy_multi>) -> c_int {
    let multi = multi.filter(|multi| multi.multi.is_owner());
    read(multi, -1, |multi| multi.multi.as_fd().as_raw_fd())
}

/// For loops that keep timers themselves: milliseconds until dane_policy_multi_process has something to do; 0 where there is
/// something now, or an outcome waits; -1 where nothing runs.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_timeout(multi: Option<&mut dane_policy_multi>) -> c_int {
    let timeout = || {
        let multi = &mut multi.filter(|multi| multi.multi.is_owner())?.multi;
        // Rounded up, so that nobody comes too early again and again.
        let milliseconds = multi.timeout()?.as_nanos().div_ceil(1_000_000);
        Some(i32::try_from(milliseconds).unwrap_or(i32::MAX))
    };
    guard(-1, || timeout().unwrap_or(-1))
}

/// Goes on with all calls that can, and never waits. It computes for about 5 ms at most; where that was not enough, the
/// descriptor stays readable. DANE_POLICY_ERROR_INTERNAL where the system refuses to tell which sockets are ready: calls
/// still end by their time.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_process(
    multi: Option<&mut dane_policy_multi>,
) -> dane_policy_error {
    with(multi, process)
}

fn process(multi: Owned<'_>) -> Result<(), Code> {
    multi.process_by(turn)
}

/// A call that fails in its turn ends, and no other. `Err` where no turn can begin.
fn turn(multi: Owned<'_>, until: Duration) -> Result<bool, Code> {
    allocator::begin()?;
    let goes_on = guard(Err(INTERNAL), || {
        let goes_on = multi.turn(until);
        if memory::is_short() { Err(NO_MEMORY) } else { Ok(goes_on) }
    });
    goes_on.or_else(|error| {
        let kind =
            if error == NO_MEMORY { io::ErrorKind::OutOfMemory } else { io::ErrorKind::Other };
        multi.abandon(kind.into());
        Ok(true)
    })
}

/// For programs without an event loop: waits and processes until an outcome is there, nothing runs, a signal came, or so many
/// milliseconds are over; -1 is as long as it takes.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_wait(
    multi: Option<&mut dane_policy_multi>,
    milliseconds: c_int,
) -> dane_policy_error {
    with(multi, |multi| {
        let patience = u64::try_from(milliseconds).ok().map(Duration::from_millis);
        multi.wait_by(patience, process)
    })
}

/// Number of calls that were started and not fetched yet; 0 for NULL and in another process.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_running(multi: Option<&dane_policy_multi>) -> usize {
    let multi = multi.filter(|multi| multi.multi.is_owner());
    read(multi, 0, |multi| multi.multi.running())
}

/// A call that is done, in the order in which they were; *out is NULL where none is. Free it with
/// dane_policy_outcome_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_multi_next(
    multi: Option<&mut dane_policy_multi>,
    out: *mut *mut dane_policy_outcome,
) -> dane_policy_error {
    if out.is_null() {
        return MISUSE as i32;
    }
    let mut next = None;
    let code = with(multi, |multi| {
        let Some(outcome) = multi.take() else { return Ok(()) };
        let tag = outcome.tag;
        // Half of what was found is nothing.
        let made = guard(Err(INTERNAL), || {
            let outcome = dane_policy_outcome::new(tag, outcome.found);
            if memory::is_short() { Err(NO_MEMORY) } else { Ok(outcome) }
        });
        allocator::begin()?;
        let made = made.unwrap_or_else(|error| dane_policy_outcome::failed(tag, error));
        next = Some(Box::new(made));
        Ok(())
    });
    let next = next.map_or(std::ptr::null_mut(), Box::into_raw);
    // SAFETY: `out` is not NULL, and the caller gives room for a pointer there.
    unsafe { out.write(next) };
    code
}

/// Ends every call with this tag: it will not come out, also where it is done and only not fetched. NULL is
/// DANE_POLICY_ERROR_MISUSE: such a call cannot be cancelled. A tag that no call has is none.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_multi_cancel(
    multi: Option<&mut dane_policy_multi>,
    tag: *mut c_void,
) -> dane_policy_error {
    with(multi.filter(|_| !tag.is_null()), |multi| {
        multi.cancel(&Tag(tag));
        Ok(())
    })
}
