//! One connection to a mail server, without a socket.

use std::mem;
use std::sync::Arc;

use super::lines::Lines;
use super::session::Session;
use super::transaction::Transaction;
use super::{Behaviour, Connections, Mail, Server, Visit};

/// TLS fatal alert "handshake failure".
const ALERT: &[u8] = &[21, 3, 1, 0, 2, 2, 40];

/// A hello that chooses TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA (RFC 2246 section 7.4.1.3); the random lies between.
const TLS_1_0_HELLO: [&[u8]; 3] =
    [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1], &[7; 32], &[0, 0, 0x2f, 0]];

/// What a server says to one client: octets in, octets out, and no clock.
///
/// A silent server has no output and is never over: whoever drives it decides how long the connection stays.
pub struct Conversation {
    server: Arc<Server>,
    is_stranger: bool,
    visit: Visit,
    connections: Connections,
    mail: Mail,
    lines: Lines,
    transaction: Transaction,
    stage: Stage,
    output: Vec<u8>,
}

enum Stage {
    Clear,
    Tls(Box<Session>),
    /// Says this to the next that the client sends, and closes.
    LastWord(Vec<u8>),
    /// Never says a word again.
    Silent,
    Over,
}

impl Conversation {
    /// The greeting is the first output.
    pub(crate) fn new(
        server: Arc<Server>,
        is_stranger: bool,
        visit: Visit,
        connections: Connections,
        mail: Mail,
    ) -> Self {
        let (stage, greeting) = match server.behaviour {
            Behaviour::Silent => (Stage::Silent, String::new()),
            Behaviour::Unwelcoming => (Stage::Over, "554 no service\r\n".to_owned()),
            _ => (Stage::Clear, format!("220 {} ESMTP\r\n", server.name)),
        };
        let transaction = Transaction::new(mail.clone(), visit.clone(), false);
        let (lines, output) = (Lines::default(), greeting.into_bytes());
        Self { server, is_stranger, visit, connections, mail, lines, transaction, stage, output }
    }

    /// Takes what the client sent, in pieces of any size.
    pub fn receive(&mut self, octets: &[u8]) {
        match &mut self.stage {
            Stage::Clear => self.receive_lines(octets),
            Stage::Tls(session) => session.receive(octets, &mut self.output),
            Stage::LastWord(word) if !octets.is_empty() => {
                self.output.append(word);
                self.stage = Stage::Over;
            }
            Stage::LastWord(_) | Stage::Silent | Stage::Over => {}
        }
    }

    /// Hands over what is to be sent now; the more a client sends, the more there is until it is taken.
    pub fn take_output(&mut self) -> Vec<u8> {
        mem::take(&mut self.output)
    }

    /// Whether the server closes the connection once the output is sent.
    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Tls(session) => session.is_over(),
            stage => matches!(stage, Stage::Over),
        }
    }

    /// What follows STARTTLS in the same piece is thrown away: nothing of before TLS is kept (RFC 3207 section 6).
    fn receive_lines(&mut self, mut octets: &[u8]) {
        while matches!(self.stage, Stage::Clear) {
            match self.lines.next(&mut octets) {
                Ok(Some(line)) => self.answer(&line),
                Ok(None) => return,
                Err(_) => self.stage = Stage::Over,
            }
        }
    }

    fn answer(&mut self, line: &str) {
        let name = &self.server.name;
        let verb = self.transaction.hear(line);
        if verb == "EHLO" {
            self.connections.greeted(name, line);
        }
        let reply = match (&*verb, &self.server.behaviour) {
            ("EHLO", Behaviour::RefusesEhlo) => "502 not here\r\n".to_owned(),
            ("EHLO", Behaviour::NoStarttls) => format!("250 {name}\r\n"),
            ("EHLO", _) => format!("250-{name}\r\n250-SIZE\r\n250 STARTTLS\r\n"),
            ("QUIT", _) => {
                self.stage = Stage::Over;
                "221 bye\r\n".to_owned()
            }
            ("STARTTLS", Behaviour::RefusesStarttls) => "454 TLS not available\r\n".to_owned(),
            ("STARTTLS", Behaviour::NoStarttls | Behaviour::RefusesEhlo) => {
                "502 not here\r\n".to_owned()
            }
            ("STARTTLS", behaviour) => {
                self.stage = self.after_starttls();
                let is_injecting = matches!(behaviour, Behaviour::Injects(_));
                let injected = if is_injecting { "250 injected\r\n" } else { "" };
                format!("220 go ahead\r\n{injected}")
            }
            _ => self.transaction.reply(line).to_owned(),
        };
        self.output.extend(reply.into_bytes());
    }

    fn after_starttls(&self) -> Stage {
        match &self.server.behaviour {
            Behaviour::Starttls(tls) | Behaviour::Injects(tls) => {
                let tls = if self.is_stranger { &tls.stranger(&self.server.name) } else { tls };
                let transaction = Transaction::new(self.mail.clone(), self.visit.clone(), true);
                Stage::Tls(Session::new(tls, transaction, self.visit.clone()).into())
            }
            Behaviour::OldTls => Stage::LastWord(TLS_1_0_HELLO.concat()),
            Behaviour::Alert => Stage::LastWord(ALERT.to_vec()),
            Behaviour::SilentAfterStarttls => Stage::Silent,
            // Not with the client's hello unread: that would reset the connection, or not, as time will have it.
            _ => Stage::LastWord(Vec::new()),
        }
    }
}
