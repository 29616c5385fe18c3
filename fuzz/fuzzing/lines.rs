//! What holds of every text that the library gives.

const MOST: usize = 255;

/// One line of printable ASCII of bounded length.
#[track_caller]
pub(super) fn assert_printable(text: &str) {
    let is_printable = |octet: u8| (b' '..=b'~').contains(&octet);
    assert!(text.bytes().all(is_printable), "{text:?}");
    assert!(text.len() <= MOST, "{text:?}");
}

/// The same, with something in it.
#[track_caller]
pub(super) fn assert_line(text: &str) {
    assert_printable(text);
    assert!(!text.is_empty());
}
