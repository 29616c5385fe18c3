//! One connection to a mail server, without a socket.

use std::mem;
use std::sync::Arc;
use std::time::Duration;
use std::vec;

use super::lines::Lines;
use super::misdeed::{DRIP, portion};
use super::session::Session;
use super::transaction::Transaction;
use super::{Behaviour, Connections, Mail, Misdeed, Server, Step, Tls, Visit};

/// TLS fatal alert "handshake failure".
const ALERT: &[u8] = &[21, 3, 1, 0, 2, 2, 40];

/// A hello that chooses TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA (RFC 2246 section 7.4.1.3); the random lies between.
const TLS_1_0_HELLO: [&[u8]; 3] =
    [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1], &[7; 32], &[0, 0, 0x2f, 0]];

/// What a server says to one client: octets in, octets out, and no clock.
///
/// A silent server has no output and is never over: whoever drives it decides how long the connection stays. One that speaks
/// unasked has a pause until then, and whoever drives it has the clock for that.
pub struct Conversation {
    server: Arc<Server>,
    is_stranger: bool,
    visit: Visit,
    connections: Connections,
    mail: Mail,
    lines: Lines,
    transaction: Transaction,
    stage: Stage,
    /// Flights of TLS that were due so far.
    flights: usize,
    output: Vec<u8>,
}

enum Stage {
    Clear,
    Tls(Box<Session>),
    /// Says this to the next that the client sends, and closes.
    LastWord(Vec<u8>),
    /// Never says a word again.
    Silent,
    Drips(vec::IntoIter<u8>),
    Repeats(&'static [u8]),
    Over,
    Reset,
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
        let mut conversation = Self {
            transaction: Transaction::new(mail.clone(), visit.clone(), false),
            lines: Lines::default(),
            output: Vec::new(),
            flights: 0,
            server,
            is_stranger,
            visit,
            connections,
            mail,
            stage,
        };
        conversation.say(Step::Greeting, greeting.into_bytes());
        conversation
    }

    /// Takes what the client sent, in pieces of any size.
    pub fn receive(&mut self, octets: &[u8]) {
        match &mut self.stage {
            Stage::Clear => self.receive_lines(octets),
            Stage::Tls(session) => {
                let mut words = Vec::new();
                session.receive(octets, &mut words);
                if !words.is_empty() {
                    self.flights += 1;
                    let step = if self.flights == 1 { Step::Flight(0) } else { Step::Finished };
                    self.say(step, words);
                }
            }
            Stage::LastWord(word) if !octets.is_empty() => {
                self.output.append(word);
                self.stage = Stage::Over;
            }
            _ => {}
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
            stage => matches!(stage, Stage::Over | Stage::Reset),
        }
    }

    /// Whether it then ends by RST.
    pub fn is_reset(&self) -> bool {
        matches!(self.stage, Stage::Reset)
    }

    /// How long it pauses before it speaks unasked, once the output is sent.
    pub fn pause(&self) -> Option<Duration> {
        match &self.stage {
            Stage::Drips(octets) if octets.len() > 0 => Some(DRIP),
            Stage::Repeats(_) => Some(Duration::ZERO),
            _ => None,
        }
    }

    /// The pause is over.
    pub fn go_on(&mut self) {
        match &mut self.stage {
            Stage::Drips(octets) => self.output.extend(octets.next()),
            Stage::Repeats(unit) => self.output.extend(portion(unit)),
            _ => {}
        }
    }

    /// Says what is due at a step, or does what a hostile server does then.
    fn say(&mut self, due: Step, mut words: Vec<u8>) {
        let misdeed = match (&self.server.behaviour, due) {
            (Behaviour::Misbehaves(_, Step::Flight(eighths), misdeed), Step::Flight(_)) => {
                let rest = words.split_off(words.len() * eighths / 8);
                self.output.append(&mut words);
                words = rest;
                Some(*misdeed)
            }
            (Behaviour::Misbehaves(_, step, misdeed), due) => (*step == due).then_some(*misdeed),
            _ => None,
        };
        self.stage = match misdeed {
            None => return self.output.append(&mut words),
            Some(Misdeed::Stalls) => Stage::Silent,
            Some(Misdeed::Drips) => Stage::Drips(words.into_iter()),
            Some(Misdeed::Closes) => Stage::Over,
            Some(Misdeed::Resets) => Stage::Reset,
            Some(Misdeed::Says(octets)) => {
                self.output.extend(octets);
                Stage::Over
            }
            Some(Misdeed::Repeats(unit)) => Stage::Repeats(unit),
        };
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
        match &*verb {
            "EHLO" => self.say(Step::Ehlo, reply.into_bytes()),
            "STARTTLS" => self.say(Step::Starttls, reply.into_bytes()),
            _ => self.output.extend(reply.into_bytes()),
        }
    }

    fn after_starttls(&self) -> Stage {
        match &self.server.behaviour {
            Behaviour::Starttls(tls) | Behaviour::Injects(tls) | Behaviour::Misbehaves(tls, ..) => {
                self.in_tls(tls)
            }
            Behaviour::Burdens(identity, version, others) => {
                self.in_tls(&Tls::burdened(identity, version, others(identity)))
            }
            Behaviour::OldTls => Stage::LastWord(TLS_1_0_HELLO.concat()),
            Behaviour::Alert => Stage::LastWord(ALERT.to_vec()),
            Behaviour::SilentAfterStarttls => Stage::Silent,
            // Not with the client's hello unread: that would reset the connection, or not, as time will have it.
            _ => Stage::LastWord(Vec::new()),
        }
    }

    fn in_tls(&self, tls: &Tls) -> Stage {
        let tls = if self.is_stranger { &tls.stranger(&self.server.name) } else { tls };
        let transaction = Transaction::new(self.mail.clone(), self.visit.clone(), true);
        Stage::Tls(Session::new(tls, transaction, self.visit.clone()).into())
    }
}
