//! What is said inside TLS.

use std::io::{self, Read, Write};

use rustls::ServerConnection;

use super::lines::Lines;
use super::transaction::Transaction;
use super::{Event, Tls, Visit};

/// The TLS part of a conversation: records in, records out.
pub struct Session {
    connection: ServerConnection,
    tls: Tls,
    lines: Lines,
    transaction: Transaction,
    visit: Visit,
    stage: Stage,
    is_over: bool,
}

/// How far the handshake is, as the visit has it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Begun,
    Shown,
    Encrypted,
}

impl Session {
    pub fn new(tls: &Tls, transaction: Transaction, visit: Visit) -> Self {
        let connection = ServerConnection::new(tls.config.clone()).expect("a sound configuration");
        let (tls, lines, stage) = (tls.clone(), Lines::default(), Stage::Begun);
        Self { connection, tls, lines, transaction, visit, stage, is_over: false }
    }

    /// Takes what the client sent, in pieces of any size, and adds what there is to say.
    pub fn receive(&mut self, octets: &[u8], output: &mut Vec<u8>) {
        self.is_over |= self.read(octets, output).is_err();
        // After a failure too: there may be an alert.
        self.is_over |= self.send(output).is_err();
    }

    /// Whether the server closes now.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    fn read(&mut self, mut octets: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
        while !octets.is_empty() && !self.is_over {
            self.connection.read_tls(&mut octets)?;
            let state = self.connection.process_new_packets();
            self.note_progress();
            let state = state.map_err(|error| {
                self.visit.note(Event::Broken(error.to_string()));
                io::Error::other(error)
            })?;
            let mut text = vec![0; state.plaintext_bytes_to_read()];
            self.connection.reader().read_exact(&mut text)?;
            let mut text = &text[..];
            while !self.is_over
                && let Some(line) = self.lines.next(&mut text)?
            {
                self.answer(&line, output)?;
            }
            self.is_over |= state.peer_has_closed();
        }
        Ok(())
    }

    fn note_progress(&mut self) {
        let connection = &self.connection;
        if self.stage == Stage::Begun && connection.negotiated_cipher_suite().is_some() {
            let server_name = connection.server_name().map(str::to_owned);
            let shown = self.tls.shown(server_name.as_deref());
            self.visit.note(Event::Hello { server_name, shown });
            self.stage = Stage::Shown;
        }
        if self.stage == Stage::Shown && !connection.is_handshaking() {
            let version = connection.protocol_version();
            self.visit.note(Event::Encrypted(format!("{:?}", version.expect("it stands"))));
            self.stage = Stage::Encrypted;
        }
    }

    fn answer(&mut self, line: &str, output: &mut Vec<u8>) -> io::Result<()> {
        self.transaction.server_name = self.connection.server_name().map(str::to_owned);
        self.is_over = self.transaction.hear(line) == "QUIT";
        let reply = if self.is_over { "221 bye\r\n" } else { self.transaction.reply(line) };
        self.connection.writer().write_all(reply.as_bytes())?;
        if self.is_over {
            self.connection.send_close_notify();
        }
        self.send(output)
    }

    fn send(&mut self, output: &mut Vec<u8>) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(output)?;
        }
        Ok(())
    }
}
