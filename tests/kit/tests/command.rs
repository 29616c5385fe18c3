//! The command, as far as it needs no root.

use std::process::{Command, Output};

fn kit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dane-kit")).args(arguments).output().unwrap()
}

fn said(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn a_wrong_argument_is_named() {
    for (arguments, words) in [
        (&[][..], "a recipe or a command is missing"),
        (&["--"], "a recipe or a command is missing"),
        (&["--jevel", "dane", "postfix"], "--jevel: unknown option"),
        (&["--level", "perhaps", "postfix"], "--level: 'perhaps' is not"),
        (&["postfix", "--level"], "--level: its value is missing"),
        (&["--resolver=both", "postfix"], "--resolver: 'both' is neither"),
        (&["postfix", "exim"], "one recipe at a time"),
        (&["--queue", "mailq", "postfix"], "--queue: "),
    ] {
        let output = kit(arguments);
        let words = format!("dane-kit: {words}");
        assert!(said(&output.stderr).starts_with(&words), "{arguments:?}: {output:?}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn it_lists_what_it_has() {
    let cases = said(&kit(&["--cases"]).stdout);
    assert!(cases.lines().count() > 250 && cases.contains("mismatch.test\t7672 2.2\tkept\tkept\t"));
    assert!(cases.lines().all(|line| line.split('\t').count() == 5));
    let recipes = said(&kit(&["--recipes"]).stdout);
    for name in ["postfix", "exim", "sendmail", "opensmtpd", "dma"] {
        assert!(recipes.lines().any(|line| line.split(' ').next() == Some(name)), "{name}");
    }
    assert!(said(&kit(&["--help"]).stdout).starts_with("usage: dane-kit"));
    assert!(said(&kit(&["--version"]).stdout).starts_with("dane-kit "));
}
