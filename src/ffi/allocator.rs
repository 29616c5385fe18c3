//! The allocator of the C face. Where memory runs out, a call has a reserve to come to an end with; beyond that the
//! process ends without a word, for descriptor 2 may be an SMTP connection.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::error::{Code, NO_MEMORY};
use crate::memory;

/// Octets that a call which has run out of memory may still take: for the answers of a hundred hosts, as measured.
const RESERVE: Layout = match Layout::from_size_align(4 << 20, 1) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};

/// Never touched, so that it takes address space and no memory.
static RESERVED: AtomicPtr<u8> = AtomicPtr::new(null_mut());

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: every allocation is the system's, by the caller's own promises.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        counted(layout, or_by_reserve(|| unsafe { System.alloc(layout) }))
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        counted(layout, or_by_reserve(|| unsafe { System.alloc_zeroed(layout) }))
    }

    unsafe fn realloc(&self, room: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises; after a failure the old room is as it was.
        let room = or_by_reserve(|| unsafe { System.realloc(room, layout, size) });
        count(!room.is_null(), size.cast_signed() - layout.size().cast_signed());
        room
    }

    unsafe fn dealloc(&self, room: *mut u8, layout: Layout) {
        count(true, -layout.size().cast_signed());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(room, layout) }
    }
}

#[inline]
fn counted(layout: Layout, room: *mut u8) -> *mut u8 {
    count(!room.is_null(), layout.size().cast_signed());
    room
}

/// In tests somebody looks whether anything stays.
#[inline]
fn count(is_done: bool, octets: isize) {
    if cfg!(test) && is_done {
        memory::count(octets);
    }
}

#[inline]
fn or_by_reserve(allocate: impl Fn() -> *mut u8) -> *mut u8 {
    let room = allocate();
    if room.is_null() { by_reserve(allocate) } else { room }
}

/// Gives the reserve back to the system and tries again.
#[cold]
fn by_reserve(allocate: impl Fn() -> *mut u8) -> *mut u8 {
    if give_back(null_mut()) {
        memory::ran_out();
    }
    let room = allocate();
    if room.is_null() && !memory::may_fail() {
        // SAFETY: abort takes nothing and does not return.
        unsafe { libc::abort() };
    }
    room
}

/// Begins a call, with a reserve: the one there is, or a new one.
pub(super) fn begin() -> Result<(), Code> {
    memory::begin();
    if !RESERVED.load(Ordering::Relaxed).is_null() {
        return Ok(());
    }
    // SAFETY: the layout has a size.
    let reserved = unsafe { System.alloc(RESERVE) };
    if reserved.is_null() {
        return Err(NO_MEMORY);
    }
    give_back(reserved);
    Ok(())
}

/// Gives the reserve back to the system, in exchange for another or for none. Whether there was one.
fn give_back(other: *mut u8) -> bool {
    let reserved = RESERVED.swap(other, Ordering::Relaxed);
    if !reserved.is_null() {
        // SAFETY: it was allocated with this layout, and the swap gave it to us alone.
        unsafe { System.dealloc(reserved, RESERVE) };
    }
    !reserved.is_null()
}

/// A plugin that was linked with the library goes without leaving the reserve behind; so does a program that ends.
#[used]
#[unsafe(link_section = ".fini_array")]
static AT_UNLOAD: extern "C" fn() = release;

extern "C" fn release() {
    give_back(null_mut());
}
