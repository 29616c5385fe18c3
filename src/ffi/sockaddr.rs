//! Addresses as connect(2) takes them.

use std::mem::zeroed;
use std::net::SocketAddr;

use libc::{
    AF_INET, AF_INET6, sa_family_t, sockaddr_in, sockaddr_in6, sockaddr_storage, socklen_t,
};

use super::boundary::guard;
use super::error::{INTERNAL, MISUSE, OK};
use super::host::dane_policy_host;
use super::numbers::dane_policy_error;

/// The first octets of the storage, and how many they are.
fn of(address: SocketAddr) -> (sockaddr_storage, socklen_t) {
    let mut storage = nothing();
    let length = match address {
        SocketAddr::V4(address) => {
            // SAFETY: the storage has room for every kind of address, aligned, and all zero is one.
            let place = unsafe { &mut *(&raw mut storage).cast::<sockaddr_in>() };
            place.sin_family = AF_INET as sa_family_t;
            place.sin_port = address.port().to_be();
            place.sin_addr.s_addr = u32::from_ne_bytes(address.ip().octets());
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            {
                place.sin_len = size_of::<sockaddr_in>() as u8;
            }
            size_of::<sockaddr_in>()
        }
        SocketAddr::V6(address) => {
            // SAFETY: as above.
            let place = unsafe { &mut *(&raw mut storage).cast::<sockaddr_in6>() };
            place.sin6_family = AF_INET6 as sa_family_t;
            place.sin6_port = address.port().to_be();
            place.sin6_addr.s6_addr = address.ip().octets();
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            {
                place.sin6_len = size_of::<sockaddr_in6>() as u8;
            }
            size_of::<sockaddr_in6>()
        }
    };
    (storage, length as socklen_t)
}

fn nothing() -> sockaddr_storage {
    // SAFETY: numbers alone, of which 0 is one.
    unsafe { zeroed() }
}

/// Copies an address to *out as connect(2) takes it, with the port that the lookup was made for, and its length to *length.
/// The order is that of dane_policy_host_address. DANE_POLICY_ERROR_MISUSE beyond the last and for NULL; then *out is all zero
/// and *length 0, with which connect(2) fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_host_sockaddr(
    host: Option<&dane_policy_host>,
    index: usize,
    out: *mut sockaddr_storage,
    length: *mut socklen_t,
) -> dane_policy_error {
    let found = guard(Err(INTERNAL), || {
        let host = &host.filter(|_| !out.is_null() && !length.is_null()).ok_or(MISUSE)?.host;
        let address = host.addresses.get(index).ok_or(MISUSE)?;
        Ok(of(SocketAddr::new(*address, host.port)))
    });
    let (address, octets) = *found.as_ref().unwrap_or(&(nothing(), 0));
    if !out.is_null() {
        // SAFETY: not NULL, and the caller gives room for an address there.
        unsafe { out.write(address) };
    }
    if !length.is_null() {
        // SAFETY: not NULL, and the caller gives room for a length there.
        unsafe { length.write(octets) };
    }
    found.err().unwrap_or(OK) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the system's own reading of it.
    #[test]
    fn connect_takes_what_was_written() {
        use std::net::TcpListener;
        use std::os::fd::{FromRawFd, OwnedFd};

        for (address, family) in [("127.0.0.1:0", AF_INET), ("[::1]:0", AF_INET6)] {
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let (storage, length) = of(listener.local_addr().unwrap());
            assert_eq!(i32::from(storage.ss_family), family);
            // SAFETY: no pointer is given.
            let socket = unsafe { libc::socket(family, libc::SOCK_STREAM, 0) };
            // SAFETY: just made, and nobody else's.
            let _owned = unsafe { OwnedFd::from_raw_fd(socket) };
            // SAFETY: the address lives, and has that length.
            let connected = unsafe { libc::connect(socket, (&raw const storage).cast(), length) };
            assert_eq!(connected, 0, "{address}");
            assert!(listener.accept().is_ok());
        }
    }
}
