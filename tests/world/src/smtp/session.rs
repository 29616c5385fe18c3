//! What is said inside TLS.

use std::io::{self, Read, Write};

use rustls::ServerConnection;

use super::lines::Lines;
use super::transaction::Transaction;
use super::{Mail, Tls};

/// The TLS part of a conversation: records in, records out.
pub struct Session {
    connection: ServerConnection,
    lines: Lines,
    transaction: Transaction,
    is_over: bool,
}

impl Session {
    pub fn new(tls: &Tls, mail: Mail) -> Self {
        let connection = ServerConnection::new(tls.config.clone()).expect("a sound configuration");
        let transaction = Transaction::new(mail, true);
        Self { connection, lines: Lines::default(), transaction, is_over: false }
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
            let state = self.connection.process_new_packets().map_err(io::Error::other)?;
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

    fn answer(&mut self, line: &str, output: &mut Vec<u8>) -> io::Result<()> {
        self.transaction.server_name = self.connection.server_name().map(str::to_owned);
        self.is_over = self.transaction.verb(line) == "QUIT";
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
