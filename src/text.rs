//! Texts for logs, queues and SMTP replies.

use std::ffi::CStr;
use std::fmt::{self, Write};
use std::net::IpAddr;

/// Longest text; a longer one is cut, and ends in three dots.
const MAX_LENGTH: usize = 200;
/// Longest name: only escapes make one longer (RFC 1035 section 2.3.4).
const MAX_NAME: usize = 255;
/// What a text has room for beside a reason and a cause.
const MAX_EXCERPT: usize = 100;

/// A fixed word of the contract, which C reads as well; every one is ASCII.
pub(crate) const fn word(text: &'static CStr) -> &'static str {
    match text.to_str() {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// One line of printable ASCII of bounded length, whatever strangers put into it.
pub(crate) fn one_line(text: &str) -> String {
    line(format_args!("{text}"))
}

/// The same, formatted in one allocation that has room for a NUL.
pub(crate) fn line(text: fmt::Arguments<'_>) -> String {
    bounded::<MAX_LENGTH>(text)
}

/// A name as printable ASCII of bounded length.
pub(crate) fn name(text: &str) -> String {
    bounded::<MAX_NAME>(format_args!("{text}"))
}

/// The beginning of what should be a name and is none.
pub(crate) fn excerpt(text: &str) -> String {
    bounded::<MAX_EXCERPT>(format_args!("{text}"))
}

fn bounded<const MOST: usize>(text: fmt::Arguments<'_>) -> String {
    let mut line = Line { octets: [0; MOST], length: 0 };
    if line.write_fmt(text).is_err() {
        line.octets[MOST - 3..].copy_from_slice(b"...");
        line.length = MOST;
    }
    let text = str::from_utf8(&line.octets[..line.length]).unwrap_or_default();
    let mut owned = String::with_capacity(line.length + 1);
    owned.push_str(text);
    owned
}

struct Line<const MOST: usize> {
    octets: [u8; MOST],
    length: usize,
}

impl<const MOST: usize> Line<MOST> {
    fn push(&mut self, octet: u8) -> fmt::Result {
        *self.octets.get_mut(self.length).ok_or(fmt::Error)? = octet;
        self.length += 1;
        Ok(())
    }
}

impl<const MOST: usize> fmt::Write for Line<MOST> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(text.as_bytes()).try_for_each(|octet| self.push(octet))
    }
}

/// Octets from strangers as printable ASCII: what is not becomes `\x0a`.
pub(crate) fn escaped(octets: &[u8]) -> impl Iterator<Item = u8> {
    octets.iter().flat_map(|&octet| {
        let escape = [b'\\', b'x', digit(octet >> 4), digit(octet & 15)];
        let is_printable = octet == b' ' || octet.is_ascii_graphic();
        if is_printable { [octet, 0, 0, 0].into_iter().take(1) } else { escape.into_iter().take(4) }
    })
}

/// A hexadecimal digit; of a number below 16.
fn digit(number: u8) -> u8 {
    b"0123456789abcdef"[usize::from(number & 15)]
}

/// A name without its final dot, if it has one: both forms are the same name.
pub(crate) fn without_final_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Labels of letters, digits, hyphens and underscores within their lengths, and no IP address.
pub(crate) fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(is_label) && name.parse::<IpAddr>().is_err()
}

/// Octets as lower-case hexadecimal.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| {
            f.write_char(digit(octet >> 4).into())?;
            f.write_char(digit(octet & 15).into())
        })
    }
}

/// A time in seconds since 1970, as `2026-01-31 23:59:59 UTC`.
pub(crate) fn utc(time: i64) -> String {
    const DAY: i64 = 86_400;
    // Days are counted from 0000-03-01, so that a leap day ends its year.
    let days = time.div_euclid(DAY) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let second = time.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (time, words) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (951_868_800, "2000-03-01 00:00:00 UTC"),
            (1_798_761_599, "2026-12-31 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(time), words);
        }
    }

    #[test]
    fn a_text_is_one_printable_bounded_line() {
        assert_eq!(one_line("a\r\nb\u{e9} ~"), "a\\x0d\\x0ab\\xc3\\xa9 ~");
        assert_eq!(line(format_args!("{} {}", 1, Hex(&[0, 0xfe]))), "1 00fe");
        assert_eq!(one_line(&"x".repeat(MAX_LENGTH)), "x".repeat(MAX_LENGTH));
        let cut = one_line(&"\n".repeat(MAX_LENGTH));
        assert!(cut.len() == MAX_LENGTH && cut.ends_with("..."), "{cut}");
        assert_eq!(name("mx.example.org"), "mx.example.org");
        assert_eq!(name(&"\\255".repeat(MAX_NAME)).len(), MAX_NAME);
        assert_eq!(excerpt(&"\n".repeat(MAX_EXCERPT)).len(), MAX_EXCERPT);
    }
}
