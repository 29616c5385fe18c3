//! Mail on its way from a client to a server.

use super::{Mail, Message};

/// The mail that one client hands over.
pub struct Transaction {
    mail: Mail,
    encrypted: bool,
    pub server_name: Option<String>,
    recipient: String,
    in_text: bool,
}

impl Transaction {
    pub fn new(mail: Mail, encrypted: bool) -> Self {
        let (server_name, recipient) = (None, String::new());
        Self { mail, encrypted, server_name, recipient, in_text: false }
    }

    /// The command of a line; a message's text has none.
    pub fn verb(&self, line: &str) -> String {
        let word = line.trim_end().split(' ').next().unwrap_or_default();
        if self.in_text { String::new() } else { word.to_ascii_uppercase() }
    }

    /// The reply to a line; within a message's text there is none.
    pub fn reply(&mut self, line: &str) -> &'static str {
        let line = line.trim_end();
        match (self.in_text, &*self.verb(line)) {
            (true, _) if line != "." => return "",
            (true, _) => {
                self.in_text = false;
                self.mail.take(Message {
                    recipient: self.recipient.clone(),
                    encrypted: self.encrypted,
                    server_name: self.server_name.clone(),
                });
            }
            (false, "DATA") => {
                self.in_text = true;
                return "354 go on\r\n";
            }
            (false, "RCPT") => {
                let path = line.split(['<', '>']).nth(1);
                self.recipient = path.unwrap_or_default().to_owned();
            }
            _ => {}
        }
        "250 ok\r\n"
    }
}
