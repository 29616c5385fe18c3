//! Mail on its way from a client to a server.

use super::{Event, Mail, Message, Visit};

/// The mail that one client hands over.
pub struct Transaction {
    mail: Mail,
    visit: Visit,
    encrypted: bool,
    pub server_name: Option<String>,
    sender: String,
    recipient: String,
    in_text: bool,
}

impl Transaction {
    pub fn new(mail: Mail, visit: Visit, encrypted: bool) -> Self {
        let (sender, recipient) = (String::new(), String::new());
        Self { mail, visit, encrypted, server_name: None, sender, recipient, in_text: false }
    }

    /// The command of a line that the client just sent, which its record then has.
    pub fn hear(&self, line: &str) -> String {
        let verb = self.verb(line);
        if !verb.is_empty() {
            self.visit.note(Event::Said(line.trim_end().to_owned()));
        }
        verb
    }

    /// The command of a line; a message's text has none.
    fn verb(&self, line: &str) -> String {
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
                self.visit.note(Event::Took(self.recipient.clone()));
                self.mail.take(Message {
                    sender: self.sender.clone(),
                    recipient: self.recipient.clone(),
                    host: self.visit.host().to_owned(),
                    address: self.visit.address(),
                    encrypted: self.encrypted,
                    server_name: self.server_name.clone(),
                });
            }
            (false, "DATA") => {
                self.in_text = true;
                return "354 go on\r\n";
            }
            (false, "MAIL") => self.sender = path(line),
            (false, "RCPT") => self.recipient = path(line),
            _ => {}
        }
        "250 ok\r\n"
    }
}

/// What stands in angle brackets.
fn path(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
