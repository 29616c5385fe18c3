//! SMTP replies.

use super::lines::assert_printable;
use crate::smtp::Reader;

/// A reply comes to the same at once and in pieces, whose size is the first octet.
pub fn reply(input: &[u8]) {
    let Some((size, said)) = input.split_first() else { return };
    let mut reader = Reader::default();
    let (mut taken, mut found) = (0, Ok(None));
    for piece in said.chunks(usize::from(*size).max(1)) {
        taken += piece.len();
        found = reader.take(piece);
        if found != Ok(None) {
            break;
        }
    }
    let heard = &said[..taken];
    assert_eq!(found, Reader::default().take(heard));
    let Ok(Some(reply)) = found else { return };
    assert!((200..600).contains(&reply.code));
    let lines: Vec<&[u8]> = heard.split_inclusive(|octet| *octet == b'\n').collect();
    assert_eq!(reply.lines.len(), lines.len());
    assert_printable(&reply.summary());
    let offers_tls = lines[1..].iter().any(|line| {
        let words = line[..line.len() - 2].get(4..).unwrap_or_default();
        let word = words.split(|octet| *octet == b' ').next();
        word.is_some_and(|word| word.eq_ignore_ascii_case(b"STARTTLS"))
    });
    assert_eq!(reply.offers("STARTTLS"), offers_tls);
    let is_printable = |octet: &u8| (b' '..=b'~').contains(octet);
    assert!(reply.lines.iter().all(|line| line.as_bytes().iter().all(is_printable)));
    let is_spelled_out = |line: &&[u8]| {
        let (line, _end) = line.split_at(line.len() - 2);
        line.len() > 3 && line.iter().all(|octet| is_printable(octet) && *octet != b'\\')
    };
    if lines.iter().all(is_spelled_out) {
        assert_eq!(reply.text().as_bytes(), heard);
    }
}
