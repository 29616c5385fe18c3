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
        assert_eq!(one_line("a\r\nb\u{e9}"), "a??b?");
        assert_eq!(one_line(&"x".repeat(10_000)).len(), MAX_LENGTH);
    }
}
