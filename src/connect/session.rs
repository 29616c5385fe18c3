//! SMTP over the connection that was verified.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process;
use std::time::Duration;

use crate::net::Line;
use crate::smtp::{Parts, Tls};
use crate::text::{excerpt, line};

/// How long one read or write may take, unless set otherwise (RFC 5321 section 4.5.3.2.6).
const TIMEOUT: Duration = Duration::from_secs(600);
/// Octets that are encrypted and sent at once: one TLS record.
const PORTION: usize = 16 * 1024;
/// Octets that are taken from the network at once.
const ROOM: usize = 8 * 1024;
/// Octets that came and wait to be read; with as many, no more are taken from the network.
const INBOX: usize = 64 * 1024;

/// A session over the connection that was verified, or in the clear where that is permitted. The caller says EHLO first,
/// and nothing that the server says before that is taken.
///
/// After an error it is over, but for [`WouldBlock`](ErrorKind::WouldBlock); [`text`](Session::text) says why.
pub struct Session {
    stream: Line,
    tls: Option<Tls>,
    tls_version: Option<&'static str>,
    greeting: String,
    inbox: VecDeque<u8>,
    has_spoken: bool,
    end: Option<End>,
    timeout: Duration,
    is_blocking: bool,
    /// The process that made it.
    owner: u32,
}

/// How a session ends.
enum End {
    /// The server said that it would.
    InOrder,
    /// It did not.
    Cut(ErrorKind, String),
}

impl Session {
    pub(super) fn new(parts: Parts, tls_version: Option<&'static str>, is_blocking: bool) -> Self {
        let Parts { stream, greeting, tls } = parts;
        let mut session = Self {
            stream: Line::adopt(stream.descriptor, stream.unsent),
            tls,
            tls_version,
            greeting,
            inbox: VecDeque::new(),
            has_spoken: false,
            end: None,
            timeout: TIMEOUT,
            is_blocking,
            owner: process::id(),
        };
        session.unpack(&stream.received);
        session.hear();
        session
    }

    /// The server's first reply, all its lines, each with its CRLF; octets that are not printable ASCII as `\x0a`.
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// "TLSv1.3" or "TLSv1.2"; none in the clear.
    pub fn tls_version(&self) -> Option<&'static str> {
        self.tls_version
    }

    /// Why it is over: one line of printable ASCII, empty as long as it is not.
    pub fn text(&self) -> &str {
        match &self.end {
            None => "",
            Some(End::InOrder) => "the server closed the session",
            Some(End::Cut(_, text)) => text,
        }
    }

    /// Whether this is the process that made it. In another one that forked off nothing may be done with it but to drop it:
    /// two processes that go on with the same keys give away what they send.
    pub fn is_owner(&self) -> bool {
        self.owner == process::id()
    }

    /// How long each read and write may take, where they block; ten minutes by default.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Whether reads and writes wait, as they do unless a [`Multi`](crate::multi::Multi) made the session.
    pub fn set_blocking(&mut self, on: bool) {
        self.is_blocking = on;
    }

    /// Whether to wait for the descriptor to be readable, for who does not block.
    pub fn wants_read(&self) -> bool {
        self.end.is_none() && self.has_room()
    }

    /// Whether to wait for the descriptor to be writable: something is still to be sent, which the next read or write does.
    pub fn wants_write(&self) -> bool {
        !matches!(self.end, Some(End::Cut(..))) && !self.stream.is_idle()
    }

    /// Whether a read has something to tell without waiting.
    pub fn is_pending(&self) -> bool {
        !self.inbox.is_empty() || self.end.is_some()
    }

    fn has_room(&self) -> bool {
        self.inbox.len() < INBOX
    }

    fn cut(&mut self, kind: ErrorKind, text: impl fmt::Display) {
        // The first cause is the one that tells.
        if !matches!(self.end, Some(End::Cut(..))) {
            self.end = Some(End::Cut(kind, line(format_args!("{text}"))));
        }
    }

    /// Ends it.
    #[cfg(feature = "capi")]
    pub(crate) fn give_up(&mut self, kind: ErrorKind) {
        self.cut(kind, kind);
    }

    fn error(&self) -> Option<io::Error> {
        match &self.end {
            Some(End::Cut(kind, text)) => Some(io::Error::new(*kind, text.clone())),
            _ => None,
        }
    }

    /// Takes octets as they came.
    fn unpack(&mut self, octets: &[u8]) {
        let Some(tls) = &mut self.tls else {
            self.inbox.extend(octets);
            return;
        };
        let taken = tls.take(octets);
        self.inbox.extend(tls.heard());
        let (has_ended, answer) = (tls.has_ended(), tls.output());
        let sent = self.stream.send(&answer);
        match (taken, sent) {
            (Err(error), _) => self.cut(ErrorKind::InvalidData, format_args!("TLS: {error}")),
            (_, Err(error)) => self.cut(error.kind(), error.kind()),
            (Ok(()), Ok(())) if has_ended => self.end = Some(End::InOrder),
            (Ok(()), Ok(())) => {}
        }
    }

    /// What the server says before the first command was meant for somebody else (RFC 3207 section 6).
    fn hear(&mut self) {
        if !self.has_spoken && !self.inbox.is_empty() {
            let words: Vec<u8> = std::mem::take(&mut self.inbox).into();
            let words = excerpt(&String::from_utf8_lossy(&words));
            self.end = None;
            let text = format_args!("the server spoke before the first command: {words}");
            self.cut(ErrorKind::InvalidData, text);
        }
    }

    /// Sends what is left and receives once; whether there was anything.
    fn go_on(&mut self) -> bool {
        if self.end.is_some() {
            return false;
        }
        let mut room = [0; ROOM];
        let sent = self.stream.send_rest();
        let received = match sent {
            Ok(()) if self.has_room() => self.stream.receive(&mut room),
            sent => sent.map(|()| None),
        };
        match received {
            Ok(None) => return false,
            Ok(Some(0)) if self.tls.is_some() => {
                self.cut(ErrorKind::UnexpectedEof, "connection cut: it ended without close_notify");
            }
            Ok(Some(0)) => self.end = Some(End::InOrder),
            Ok(Some(length)) => self.unpack(room.get(..length).unwrap_or_default()),
            Err(error) => self.cut(error.kind(), error.kind()),
        }
        self.hear();
        true
    }

    /// Waits until something can go on; an error where the time is over.
    fn wait(&mut self, until: Duration) -> io::Result<()> {
        if !self.is_blocking {
            return Err(ErrorKind::WouldBlock.into());
        }
        if self.stream.now() >= until {
            let seconds = self.timeout.as_secs_f32();
            self.cut(ErrorKind::TimedOut, format_args!("not done in {seconds} seconds"));
        } else if let Err(error) = self.stream.wait(self.has_room(), until) {
            self.cut(error.kind(), error.kind());
        }
        self.error().map_or(Ok(()), Err)
    }

    fn until(&self) -> Duration {
        self.stream.now().saturating_add(self.timeout)
    }

    /// Puts a portion on its way, all of it.
    fn post(&mut self, portion: &[u8]) -> io::Result<()> {
        let sent = match &mut self.tls {
            Some(tls) => {
                tls.say(portion);
                self.stream.send(&tls.output())
            }
            None => self.stream.send(portion),
        };
        if let Err(error) = sent {
            self.cut(error.kind(), error.kind());
        }
        self.error().map_or(Ok(()), Err)
    }

    /// Goes on until all is sent. What comes meanwhile is taken, for a server that is not read from may not read either.
    fn send_all(&mut self, until: Duration) -> io::Result<()> {
        loop {
            self.go_on();
            if let Some(error) = self.error() {
                return Err(error);
            }
            if self.stream.is_idle() {
                return Ok(());
            }
            self.wait(until)?;
        }
    }
}

impl Read for Session {
    /// No octets are the server's end in order: close_notify, or in the clear the end of the stream. A connection that was
    /// cut is an error, after what came before.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let until = self.until();
        loop {
            if !self.is_pending() {
                self.go_on();
            }
            if !self.inbox.is_empty() {
                return self.inbox.read(buffer);
            }
            match self.end {
                Some(_) => return self.error().map_or(Ok(0), Err),
                None => self.wait(until)?,
            }
        }
    }
}

impl Write for Session {
    /// All of it, or an error, where it blocks; else as much as goes.
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let until = self.until();
        if !self.has_spoken {
            // Nobody is answered who spoke too early, be it behind some TLS tickets.
            let _heard = (0..INBOX / ROOM).find(|_| !self.go_on());
            self.has_spoken = self.end.is_none();
        }
        if let Some(error) = self.error() {
            return Err(error);
        }
        if self.end.is_some() {
            return Err(io::Error::new(ErrorKind::BrokenPipe, self.text()));
        }
        self.send_all(until)?;
        if !self.is_blocking {
            let length = octets.len().min(PORTION);
            self.post(&octets[..length])?;
            return Ok(length);
        }
        for portion in octets.chunks(PORTION) {
            self.post(portion)?;
            self.send_all(until)?;
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let until = self.until();
        self.send_all(until)
    }
}

impl AsFd for Session {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("tls", &self.tls_version).finish_non_exhaustive()
    }
}

impl Drop for Session {
    /// Says goodbye as far as that takes no waiting; in another process than the one that made it, it only closes.
    fn drop(&mut self) {
        if !self.is_owner() {
            return;
        }
        if let Some(tls) = self.tls.as_mut().filter(|_| !matches!(self.end, Some(End::Cut(..)))) {
            tls.close();
            let _it_may_be_over = self.stream.send(&tls.output());
        }
        self.stream.shut_down();
    }
}
