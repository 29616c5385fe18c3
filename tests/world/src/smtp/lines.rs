//! Lines out of octets as they come.

use std::io;
use std::mem;

/// Octets of a line: more than the text line of RFC 5321 section 4.5.3.1.6.
const MAX_LINE: usize = 4096;

/// The lines that one client sends; it keeps no more than one that is unfinished.
#[derive(Default)]
pub struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    /// Takes octets up to the end of a line, which then is the answer. Errors: it is too long, or not UTF-8.
    pub fn next(&mut self, octets: &mut &[u8]) -> io::Result<Option<String>> {
        let end = octets.iter().position(|octet| *octet == b'\n');
        let (piece, rest) = octets.split_at(end.map_or(octets.len(), |end| end + 1));
        *octets = rest;
        if self.unfinished.len() + piece.len() > MAX_LINE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.unfinished.extend(piece);
        if end.is_none() {
            return Ok(None);
        }
        String::from_utf8(mem::take(&mut self.unfinished)).map(Some).map_err(io::Error::other)
    }
}
