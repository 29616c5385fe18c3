//! Texts for logs, queues and SMTP replies.

/// Longest text; a longer one is cut.
const MAX_LENGTH: usize = 400;

/// One line of printable ASCII of bounded length, whatever strangers put into it.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .take(MAX_LENGTH)
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_printable_bounded_line() {
        assert_eq!(one_line("a\r\nb\u{e9}"), "a??b?");
        assert_eq!(one_line(&"x".repeat(10_000)).len(), MAX_LENGTH);
    }
}
