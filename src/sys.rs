//! System calls that std does not offer. The only `unsafe` outside the C face.

use std::ffi::CString;
use std::io;

/// The host's name, if it is text (gethostname(2)).
pub(crate) fn host_name() -> Option<String> {
    let mut buffer = [0u8; 256];
    // SAFETY: the pointer and length describe `buffer`, whose last octet stays zero.
    let status = unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len() - 1) };
    if status != 0 {
        return None;
    }
    let name = buffer.split(|octet| *octet == 0).next()?;
    let name = std::str::from_utf8(name).ok()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The number of a network interface (if_nametoindex(3)); None where there is none of that name.
pub(crate) fn interface_index(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: the pointer is that of a terminated string which outlives the call.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    (index != 0).then_some(index)
}

/// Keeps descriptors 0 to 2 occupied, so that no socket of ours becomes standard input, output or error.
#[derive(Debug)]
pub(crate) struct StandardDescriptors {
    held: Vec<libc::c_int>,
}

impl StandardDescriptors {
    /// Occupies those of 0 to 2 that are closed with close-on-exec event descriptors, until dropped.
    pub(crate) fn reserve() -> io::Result<Self> {
        let mut reserved = Self { held: Vec::new() };
        loop {
            // SAFETY: eventfd takes no pointer.
            let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
            if descriptor < 0 {
                return Err(io::Error::last_os_error());
            }
            reserved.held.push(descriptor);
            if descriptor > 2 {
                reserved.close_last();
                return Ok(reserved);
            }
        }
    }

    fn close_last(&mut self) {
        if let Some(descriptor) = self.held.pop() {
            // SAFETY: the descriptor is ours and is closed once.
            unsafe { libc::close(descriptor) };
        }
    }
}

impl Drop for StandardDescriptors {
    fn drop(&mut self) {
        while !self.held.is_empty() {
            self.close_last();
        }
    }
}
