//! SMTP replies (RFC 5321 section 4.2). Strict and bounded.

use crate::text::escaped;

/// Octets of one line, its end included; RFC 5321 section 4.5.3.1.5 asks for 512.
const MAX_LINE: usize = 2048;
/// Lines of one reply.
const MAX_LINES: usize = 128;
/// Octets of one reply.
const MAX_REPLY: usize = 16 * 1024;

/// A complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// The text of each line, without code and separator.
    pub(super) lines: Vec<String>,
}

/// Why octets are no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    Syntax,
    TooLong,
}

impl Malformed {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Syntax => "malformed SMTP reply",
            Self::TooLong => "SMTP reply is too long",
        }
    }
}

impl Reply {
    /// Reads a reply from the start of `input`; gives it with the octets it takes, or None where more must come.
    ///
    /// A line ends in CRLF; a bare LF is refused, since peers that differ on it can be played against each other.
    pub(super) fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, Malformed> {
        if input.len() > MAX_REPLY {
            return Err(Malformed::TooLong);
        }
        let mut reply = Self { code: 0, lines: Vec::new() };
        let mut taken = 0;
        loop {
            let rest = input.get(taken..).unwrap_or_default();
            let Some(end) = rest.iter().take(MAX_LINE).position(|octet| *octet == b'\n') else {
                return if rest.len() >= MAX_LINE { Err(Malformed::TooLong) } else { Ok(None) };
            };
            let line = rest.get(..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").ok_or(Malformed::Syntax)?;
            let (code, is_last, text) = parse_line(line).ok_or(Malformed::Syntax)?;
            if !reply.lines.is_empty() && code != reply.code {
                return Err(Malformed::Syntax);
            }
            reply.code = code;
            reply.lines.push(text);
            taken += end + 1;
            if is_last {
                return Ok(Some((reply, taken)));
            }
            if reply.lines.len() >= MAX_LINES {
                return Err(Malformed::TooLong);
            }
        }
    }

    /// Whether an EHLO reply offers a keyword (RFC 5321 section 4.1.1.1); the first line is the greeting.
    pub(super) fn offers(&self, keyword: &str) -> bool {
        self.lines.iter().skip(1).any(|line| {
            line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
        })
    }

    /// All its lines, each with the end that a reply has.
    pub(super) fn text(&self) -> String {
        let last = self.lines.len().saturating_sub(1);
        let separator = |index| if index == last { ' ' } else { '-' };
        let lines = self.lines.iter().enumerate();
        lines.map(|(index, text)| format!("{}{}{text}\r\n", self.code, separator(index))).collect()
    }

    /// Code and last line, for a text.
    pub(super) fn summary(&self) -> String {
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

    fn parse(input: &[u8]) -> Result<Option<(Reply, usize)>, Malformed> {
        Reply::parse(input)
    }

    #[test]
    fn rfc5321_4_2_single_and_multiple_lines() {
        let (reply, taken) = parse(b"250-mx\r\n250-STARTTLS\r\n250 SIZE 10\r\nX").unwrap().unwrap();
        assert_eq!((reply.code, taken), (250, 35));
        assert!(reply.offers("starttls") && reply.offers("SIZE") && !reply.offers("mx"));
        assert_eq!(reply.summary(), "250 SIZE 10");
        assert_eq!(parse(b"220\r\n").unwrap().unwrap().0.summary(), "220");
        let (reply, _) = parse(b"250-mx\r\n250 STARTTLSX\r\n").unwrap().unwrap();
        assert!(!reply.offers("STARTTLS"));
    }

    #[test]
    fn an_unfinished_reply_waits() {
        for input in [&b""[..], b"2", b"220 x", b"220 x\r", b"250-a\r\n", b"250-a\r\n250"] {
            assert_eq!(parse(input), Ok(None), "{input:?}");
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
            assert_eq!(parse(input), Err(Malformed::Syntax), "{input:?}");
        }
    }

    #[test]
    fn a_reply_is_bounded() {
        assert_eq!(parse(&[b'2'; MAX_LINE]), Err(Malformed::TooLong));
        assert_eq!(parse(&b"250-a\r\n".repeat(MAX_LINES)), Err(Malformed::TooLong));
        assert_eq!(parse(&b"250-a\r\n".repeat(MAX_LINES - 1)), Ok(None));
        let long_line = [b"250-", &[b'x'; 1000][..], b"\r\n"].concat();
        assert_eq!(parse(&long_line.repeat(20)), Err(Malformed::TooLong));
    }

    #[test]
    fn text_is_made_printable() {
        let (reply, _) = parse(b"454 a\x00\xffb\x1b[1m\r\n").unwrap().unwrap();
        assert_eq!(reply.summary(), r"454 a\x00\xffb\x1b[1m");
    }
}
