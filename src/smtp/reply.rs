//! SMTP replies (RFC 5321 section 4.2). Strict and bounded.

use crate::text::escaped;

/// Octets of one line, its end included; RFC 5321 section 4.5.3.1.5 asks for 512.
const MAX_LINE: usize = 2048;
/// Lines of one reply.
const MAX_LINES: usize = 128;
/// Octets of one reply.
const MAX_REPLY: usize = 16 * 1024;

/// A complete reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    /// The text of each line, without code and separator.
    pub(crate) lines: Vec<String>,
}

/// Why octets are no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    Syntax,
    TooLong,
    /// Octets sent ahead of our next word (RFC 3207 section 6).
    Injected,
}

impl Malformed {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Syntax => "malformed SMTP reply",
            Self::TooLong => "SMTP reply is too long",
            Self::Injected => "data injected after the reply",
        }
    }
}

/// Reads one reply as it comes, each octet once however few come together.
#[derive(Default)]
pub(crate) struct Reader {
    /// The lines that are whole.
    reply: Reply,
    /// The one that is not.
    line: Vec<u8>,
    taken: usize,
}

impl Reader {
    /// Takes what came, and gives the reply when it is whole.
    ///
    /// A line ends in CRLF; a bare LF is refused, since peers that differ on it can be played against each other.
    pub(crate) fn take(&mut self, mut octets: &[u8]) -> Result<Option<Reply>, Malformed> {
        while !octets.is_empty() {
            let end = octets.iter().position(|octet| *octet == b'\n');
            let (part, rest) = octets.split_at(end.map_or(octets.len(), |end| end + 1));
            self.taken += part.len();
            self.line.extend_from_slice(part);
            // What has no end yet needs an octet more.
            let length = self.line.len() + usize::from(end.is_none());
            if length > MAX_LINE || self.taken > MAX_REPLY {
                return Err(Malformed::TooLong);
            }
            octets = rest;
            if end.is_some() && self.end_line()? {
                let reply = std::mem::take(&mut self.reply);
                return if rest.is_empty() { Ok(Some(reply)) } else { Err(Malformed::Injected) };
            }
        }
        Ok(None)
    }

    /// Whether the line is the last.
    fn end_line(&mut self) -> Result<bool, Malformed> {
        let line = self.line.strip_suffix(b"\r\n").ok_or(Malformed::Syntax)?;
        let (code, is_last, text) = parse_line(line).ok_or(Malformed::Syntax)?;
        self.line.clear();
        let reply = &mut self.reply;
        if !reply.lines.is_empty() && code != reply.code {
            return Err(Malformed::Syntax);
        }
        reply.code = code;
        reply.lines.push(text);
        if !is_last && reply.lines.len() >= MAX_LINES {
            return Err(Malformed::TooLong);
        }
        Ok(is_last)
    }
}

impl Reply {
    /// Whether an EHLO reply offers a keyword (RFC 5321 section 4.1.1.1); the first line is the greeting.
    pub(crate) fn offers(&self, keyword: &str) -> bool {
        self.lines.iter().skip(1).any(|line| {
            line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
        })
    }

    /// All its lines, each with the end that a reply has.
    pub(crate) fn text(&self) -> String {
        let last = self.lines.len().saturating_sub(1);
        let separator = |index| if index == last { ' ' } else { '-' };
        let lines = self.lines.iter().enumerate();
        lines.map(|(index, text)| format!("{}{}{text}\r\n", self.code, separator(index))).collect()
    }

    /// Code and last line, for a text.
    pub(crate) fn summary(&self) -> String {
        let text = self.lines.last().map(String::as_str).unwrap_or_default();
        format!("{} {}", self.code, text.chars().take(120).collect::<String>()).trim_end().into()
    }
}

fn parse_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let (code, rest) = line.split_at_checked(3)?;
    if !matches!(code, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']) {
        return None;
    }
    let code = std::str::from_utf8(code).ok()?.parse().ok()?;
    let (is_last, text) = match rest {
        [] => (true, rest),
        [b' ', text @ ..] => (true, text),
        [b'-', text @ ..] => (false, text),
        _ => return None,
    };
    Some((code, is_last, escaped(text).map(char::from).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8]) -> Result<Option<Reply>, Malformed> {
        Reader::default().take(input)
    }

    #[test]
    fn rfc5321_4_2_single_and_multiple_lines() {
        let reply = read(b"250-mx\r\n250-STARTTLS\r\n250 SIZE 10\r\n").unwrap().unwrap();
        assert_eq!(reply.code, 250);
        assert!(reply.offers("starttls") && reply.offers("SIZE") && !reply.offers("mx"));
        assert_eq!(reply.summary(), "250 SIZE 10");
        assert_eq!(read(b"220\r\n").unwrap().unwrap().summary(), "220");
        let reply = read(b"250-mx\r\n250 STARTTLSX\r\n").unwrap().unwrap();
        assert!(!reply.offers("STARTTLS"));
    }

    #[test]
    fn a_reply_in_pieces_is_the_same_reply() {
        let whole = b"250-mx\r\n250-STARTTLS\r\n250 SIZE 10\r\n";
        for at in 0..whole.len() {
            let (first, second) = whole.split_at(at);
            let mut reader = Reader::default();
            assert_eq!(reader.take(first), Ok(None));
            assert_eq!(reader.take(second), read(whole), "cut at {at}");
        }
    }

    #[test]
    fn rfc3207_6_nothing_follows_a_reply() {
        assert_eq!(read(b"220 go on\r\n2"), Err(Malformed::Injected));
        assert_eq!(read(b"220 go on\r\n220 go on\r\n"), Err(Malformed::Injected));
    }

    #[test]
    fn an_unfinished_reply_waits() {
        for input in [&b""[..], b"2", b"220 x", b"220 x\r", b"250-a\r\n", b"250-a\r\n250"] {
            assert_eq!(read(input), Ok(None), "{input:?}");
        }
    }

    #[test]
    fn malformed_replies_are_refused() {
        for input in [
            &b"\r\n"[..],
            b"22\r\n",
            b"220x\r\n",
            b"120 x\r\n",
            b"620 x\r\n",
            b"2a0 x\r\n",
            b"220 bare line feed\n",
            b"250-a\r\n220 b\r\n",
            b"SSH-2.0\r\n",
        ] {
            assert_eq!(read(input), Err(Malformed::Syntax), "{input:?}");
        }
    }

    #[test]
    fn a_reply_is_bounded() {
        let line = |length| [b"250 ", &vec![b'x'; length - 6][..], b"\r\n"].concat();
        assert!(matches!(read(&line(MAX_LINE)), Ok(Some(_))));
        assert_eq!(read(&line(MAX_LINE + 1)), Err(Malformed::TooLong));
        assert_eq!(read(&[b'2'; MAX_LINE - 1]), Ok(None));
        assert_eq!(read(&[b'2'; MAX_LINE]), Err(Malformed::TooLong));
        assert_eq!(read(&b"250-a\r\n".repeat(MAX_LINES)), Err(Malformed::TooLong));
        assert_eq!(read(&b"250-a\r\n".repeat(MAX_LINES - 1)), Ok(None));
        let lines = [b"250-", &[b'x'; 1018][..], b"\r\n"].concat().repeat(MAX_REPLY / 1024);
        assert_eq!(read(&lines), Ok(None));
        assert_eq!(read(&[&lines[..], b"2"].concat()), Err(Malformed::TooLong));
    }

    #[test]
    fn text_is_made_printable() {
        let reply = read(b"454 a\x00\xffb\x1b[1m\r\n").unwrap().unwrap();
        assert_eq!(reply.summary(), r"454 a\x00\xffb\x1b[1m");
    }
}
