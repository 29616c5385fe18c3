//! A session over the connection that was verified, with peers that do what they must not.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dane_policy::connect::{Connected, Session};
use dane_policy::context::Context;
use dane_policy::decide::{Action, Reason};
use dane_policy::multi::{Found, Multi};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionread;
use world::{Guest, World};

mod guest;
mod toolchain;

use guest::*;
use toolchain::{have, scratch};

/// A domain whose server is of the test's making.
struct Site {
    world: World,
    context: Context,
}

impl Site {
    fn new() -> Self {
        let world = World::start().unwrap();
        let mut context = Context::new();
        context.add_nameserver(&world.dns.to_string()).unwrap();
        context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
        context.set_ehlo_name("client.test").unwrap();
        Self { world, context }
    }

    fn guest(&self) -> &Guest {
        &self.world.guests[0]
    }

    /// Nothing about the domain is asked of DNSSEC, and cleartext is allowed.
    fn without_dane(mut self) -> Self {
        let domain = self.guest().domain.clone();
        self.context.set_destination_level(&domain, None).unwrap();
        self
    }

    fn serve(&self, script: impl FnOnce(&TcpListener) + Send + 'static) -> JoinHandle<()> {
        guest::serve(&self.world, script)
    }

    fn serve_tls(&self, script: impl FnOnce(Tls) + Send + 'static) -> JoinHandle<()> {
        guest::serve_tls(&self.world, script)
    }

    fn connect(&self) -> Connected {
        let to = self.context.lookup(&self.guest().domain, self.world.smtp_port).unwrap();
        self.context.connect_host(&to.hosts[0]).unwrap()
    }

    fn session(&self) -> Session {
        let Connected { session, attempt, .. } = self.connect();
        session.unwrap_or_else(|| panic!("{}", attempt.decision.text))
    }
}

/// What a client reads until a line is whole.
fn reply(session: &mut Session) -> String {
    let mut reply = Vec::new();
    let mut room = [0; 512];
    while !reply.ends_with(b"\n") {
        let length = session.read(&mut room).unwrap();
        assert!(length > 0, "{:?}", String::from_utf8_lossy(&reply));
        reply.extend_from_slice(&room[..length]);
    }
    String::from_utf8(reply).unwrap()
}

/// Says EHLO, and takes what the peer does as an error.
fn fails(session: &mut Session) -> (ErrorKind, String) {
    let mut everything = Vec::new();
    let outcome = session
        .write_all(b"EHLO client.test\r\n")
        .and_then(|()| session.read_to_end(&mut everything));
    let error = outcome.unwrap_err();
    let again = session.read(&mut [0]).unwrap_err();
    assert_eq!((error.kind(), error.to_string()), (again.kind(), session.text().to_owned()));
    assert_eq!(session.write(b"x").unwrap_err().kind(), error.kind());
    (error.kind(), error.to_string())
}

#[test]
fn rfc3207_4_2_smtp_begins_anew_behind_the_handshake() {
    for (version, name) in [(BOTH[0], "TLSv1.2"), (BOTH[1], "TLSv1.3")] {
        let site = Site::new();
        let config = guest::config(&site.world, &[version]);
        let server = site.serve(move |listener| {
            let mut tls = starttls(listener, config);
            assert_eq!(tls.conn.server_name(), Some("mx.guest-0.test"));
            assert_eq!(line(&mut tls), "EHLO me\r\n");
            send(&mut tls, b"250 again\r\n");
            assert_eq!(line(&mut tls), "QUIT\r\n");
            send(&mut tls, b"221 bye\r\n");
            close_notify(&mut tls);
            let mut rest = Vec::new();
            tls.read_to_end(&mut rest).expect("the client says close_notify too");
        });
        let Connected { session, attempt, .. } = site.connect();
        assert!(attempt.decision.verdict.may_deliver());
        assert_eq!(attempt.decision.verdict.action, Action::Deliver);
        let mut session = session.unwrap();
        assert_eq!(session.tls_version(), Some(name));
        assert_eq!(session.greeting(), "220-mx.guest.test\r\n220 at your service\r\n");
        session.write_all(b"EHLO me\r\n").unwrap();
        assert_eq!(reply(&mut session), "250 again\r\n");
        session.write_all(b"QUIT\r\n").unwrap();
        assert_eq!(reply(&mut session), "221 bye\r\n");
        assert_eq!(session.read(&mut [0; 9]).unwrap(), 0);
        assert_eq!(session.text(), "the server closed the session");
        assert_eq!(session.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
        drop(session);
        server.join().unwrap();
    }
}

#[test]
fn rfc8446_6_1_what_is_cut_is_no_end() {
    let site = Site::new();
    let server = site.serve_tls(|mut tls| {
        line(&mut tls);
        send(&mut tls, b"250 half a re");
    });
    let mut session = site.session();
    session.write_all(b"EHLO me\r\n").unwrap();
    let mut room = [0; 64];
    let mut said = Vec::new();
    let error = loop {
        match session.read(&mut room) {
            Ok(length) => said.extend_from_slice(&room[..length]),
            Err(error) => break error,
        }
    };
    assert_eq!(said, b"250 half a re");
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert_eq!(session.text(), "connection cut: it ended without close_notify");
    server.join().unwrap();
}

#[test]
fn rfc8446_6_1_what_follows_close_notify_is_not_looked_at() {
    let site = Site::new();
    let server = site.serve_tls(|mut tls| {
        line(&mut tls);
        send(&mut tls, b"250 all\r\n");
        close_notify(&mut tls);
        tls.sock.write_all(&[23; 100_000]).unwrap();
    });
    let mut session = site.session();
    session.write_all(b"EHLO me\r\n").unwrap();
    let mut everything = String::new();
    session.read_to_string(&mut everything).unwrap();
    assert_eq!(everything, "250 all\r\n");
    // Nor by who only looks and hangs up.
    drop(server);
    let site = Site::new();
    let _server = site.serve_tls(|mut tls| {
        line(&mut tls);
        close_notify(&mut tls);
        let _it_may_be_gone = tls.sock.write_all(&[23; 100_000]);
    });
    let report = site.context.check(&site.guest().domain, site.world.smtp_port).unwrap();
    assert_eq!(report.decision.verdict.action, Action::Deliver);
}

#[test]
fn a_reset_is_told() {
    let site = Site::new();
    let server = site.serve_tls(|mut tls| {
        line(&mut tls);
        send(&mut tls, b"250 ok\r\n");
        // What was not read makes the system reset the connection.
        tls.sock.peek(&mut [0]).unwrap();
    });
    let mut session = site.session();
    session.write_all(b"EHLO me\r\n").unwrap();
    assert_eq!(reply(&mut session), "250 ok\r\n");
    let (kind, text) = fails(&mut session);
    assert_eq!((kind, &*text), (ErrorKind::ConnectionReset, "connection reset"));
    server.join().unwrap();
}

#[test]
fn rfc3207_6_who_speaks_first_is_not_listened_to() {
    let site = Site::new();
    let server = site.serve_tls(|mut tls| {
        send(&mut tls, b"250 injected\x07\r\n");
        let _until_the_client_has_gone = tls.read(&mut [0]);
    });
    let mut session = site.session();
    // Whether it has come before the first command is known to the clock alone; here it has.
    assert_eq!(session.read(&mut [0]).unwrap_err().kind(), ErrorKind::InvalidData);
    let (kind, text) = fails(&mut session);
    assert_eq!(kind, ErrorKind::InvalidData);
    assert_eq!(text, r"the server spoke before the first command: 250 injected\x07\x0d\x0a");
    drop(session);
    server.join().unwrap();

    let site = Site::new().without_dane();
    let server = site.serve(|listener| {
        let mut stream = accept(listener);
        stream.write_all(b"220 hello\r\n").unwrap();
        line(&mut stream);
        stream.write_all(b"250 no TLS here\r\n").unwrap();
        stream.write_all(b"421 time is over\r\n").unwrap();
        let _until_the_client_has_gone = stream.read(&mut [0]);
    });
    let connected = site.connect();
    // In the same segment as the reply to EHLO it is seen at once, else by the session.
    if let Some(mut session) = connected.session {
        assert_eq!(session.tls_version(), None);
        poll(&mut [PollFd::new(&session, PollFlags::IN)], None).unwrap();
        assert_eq!(fails(&mut session).0, ErrorKind::InvalidData);
    } else {
        assert_eq!(connected.attempt.decision.verdict.reason, Reason::ConnectionFailed);
    }
    server.join().unwrap();
}

#[test]
fn rfc5321_4_5_3_2_a_read_and_a_write_have_an_end() {
    let site = Site::new();
    let server = site.serve_tls(|mut tls| {
        line(&mut tls);
        tls.sock.write_all(&[23, 3, 3, 64, 0]).unwrap();
        // A record that comes by single octets says nothing before it is whole.
        while tls.sock.write_all(&[7]).is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let mut session = site.session();
    session.set_timeout(Duration::from_millis(400));
    let (kind, text) = fails(&mut session);
    assert_eq!((kind, &*text), (ErrorKind::TimedOut, "not done in 0.4 seconds"));
    drop(session);
    server.join().unwrap();

    let site = Site::new();
    let server = site.serve_tls(|mut tls| {
        line(&mut tls);
        let _until_the_client_has_gone = tls.read_to_end(&mut Vec::new());
    });
    let mut session = site.session();
    session.set_timeout(Duration::from_millis(400));
    let (kind, text) = fails(&mut session);
    assert_eq!((kind, &*text), (ErrorKind::TimedOut, "not done in 0.4 seconds"));
    drop(session);
    server.join().unwrap();

    let site = Site::new();
    let (release, released) = mpsc::channel();
    let server = site.serve_tls(move |tls| {
        // Never reads.
        released.recv().unwrap();
        drop(tls);
    });
    let mut session = site.session();
    session.set_timeout(Duration::from_millis(800));
    let error = session.write_all(&[b'x'; 64 * 1024 * 1024]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    release.send(()).unwrap();
    server.join().unwrap();
}

#[test]
fn octets_that_are_no_tls_end_it() {
    let site = Site::new();
    let server = site.serve_tls(|mut tls| {
        line(&mut tls);
        tls.sock.write_all(&[23, 3, 3, 0, 40]).unwrap();
        tls.sock.write_all(&[7; 40]).unwrap();
        let _until_the_client_has_gone = tls.sock.read_to_end(&mut Vec::new());
    });
    let mut session = site.session();
    let (kind, text) = fails(&mut session);
    assert_eq!((kind, &*text), (ErrorKind::InvalidData, "TLS: cannot decrypt peer's message"));
    drop(session);
    server.join().unwrap();
}

#[test]
fn rfc2920_what_a_server_says_meanwhile_is_kept() {
    const COMMANDS: usize = 8_000;
    let site = Site::new();
    let server = site.serve_tls(|tls| {
        let mut tls = BufReader::new(tls);
        let mut command = String::new();
        for _ in 0..COMMANDS {
            command.clear();
            tls.read_line(&mut command).unwrap();
            tls.get_mut().write_all(b"250 ok\r\n").unwrap();
        }
        close_notify(tls.get_mut());
    });
    let mut session = site.session();
    session.write_all(&b"NOOP\r\n".repeat(COMMANDS)).unwrap();
    let mut replies = Vec::new();
    session.read_to_end(&mut replies).unwrap();
    assert_eq!(replies, b"250 ok\r\n".repeat(COMMANDS));
    server.join().unwrap();
}

/// Waits for what a session that does not block wants.
fn wait_for(session: &Session) {
    if session.is_pending() {
        return;
    }
    let mut events = PollFlags::empty();
    events.set(PollFlags::IN, session.wants_read());
    events.set(PollFlags::OUT, session.wants_write());
    assert!(!events.is_empty());
    poll(&mut [PollFd::new(session, events)], None).unwrap();
}

#[test]
fn who_does_not_block_is_told_what_to_wait_for() {
    const SIZE: usize = 20_000_000;
    let site = Site::new();
    let (release, released) = mpsc::channel();
    let server = site.serve_tls(move |mut tls| {
        released.recv().unwrap();
        let mut room = vec![0; 64 * 1024];
        let mut length = 0;
        while length < SIZE {
            length += tls.read(&mut room).unwrap();
        }
        send(&mut tls, b"250 much\r\n");
        close_notify(&mut tls);
    });
    let mut session = site.session();
    session.set_blocking(false);
    let would_block = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
    assert!(would_block(&session.read(&mut [0; 9]).unwrap_err()));
    assert_eq!(session.text(), "");
    let message = vec![b'x'; SIZE];
    let mut sent = 0;
    while sent < SIZE {
        match session.write(&message[sent..]) {
            Ok(length) => sent += length,
            Err(error) => {
                assert!(would_block(&error), "{error}");
                assert!(session.wants_write());
                let _it_may_be_reading = release.send(());
                wait_for(&session);
            }
        }
    }
    let mut said = Vec::new();
    loop {
        let mut room = [0; 9];
        match session.read(&mut room) {
            Ok(0) => break,
            Ok(length) => said.extend_from_slice(&room[..length]),
            Err(error) => {
                assert!(would_block(&error), "{error}");
                wait_for(&session);
            }
        }
    }
    assert_eq!(said, b"250 much\r\n");
    server.join().unwrap();
}

#[test]
fn opportunistic_tls_that_fails_is_followed_by_cleartext() {
    let site = Site::new().without_dane();
    let server = site.serve(|listener| {
        let mut stream = up_to_starttls(listener);
        stream.write_all(b"220 go ahead\r\n").unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        stream.write_all(&[21, 3, 1, 0, 2, 2, 40]).unwrap();
        let mut stream = accept(listener);
        stream.write_all(b"220 again\r\n").unwrap();
        assert_eq!(line(&mut stream), "EHLO me\r\n");
        stream.write_all(b"250 in the clear\r\n").unwrap();
    });
    let Connected { session, attempt, .. } = site.connect();
    assert_eq!(attempt.decision.verdict.action, Action::Opportunistic);
    let mut session = session.unwrap();
    assert_eq!((session.tls_version(), session.greeting()), (None, "220 again\r\n"));
    session.write_all(b"EHLO me\r\n").unwrap();
    assert_eq!(reply(&mut session), "250 in the clear\r\n");
    assert_eq!(session.read(&mut [0]).unwrap(), 0, "in the clear the end of the stream is the end");
    server.join().unwrap();
}

#[test]
fn rfc7672_2_2_what_must_not_go_gets_no_session() {
    let site = Site::new();
    let server = site.serve(|listener| {
        let mut stream = up_to_starttls(listener);
        stream.write_all(b"220 go ahead\r\n").unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        stream.write_all(&[21, 3, 1, 0, 2, 2, 40]).unwrap();
        // Nobody comes back in the clear.
        listener.set_nonblocking(true).unwrap();
        let _until_the_client_has_gone = stream.read_to_end(&mut Vec::new());
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    });
    let Connected { session, attempt, .. } = site.connect();
    assert!(session.is_none() && !attempt.decision.verdict.may_deliver());
    assert_eq!(attempt.decision.verdict.reason, Reason::HandshakeFailed);
    server.join().unwrap();

    for (domain, reason) in
        [("mismatch.test", Reason::NotTrusted), ("plain.test", Reason::TlsNotOffered)]
    {
        let to = site.context.lookup(domain, site.world.smtp_port).unwrap();
        let Connected { session, attempt, .. } = site.context.connect_host(&to.hosts[0]).unwrap();
        assert!(session.is_none() && !attempt.decision.verdict.may_deliver());
        assert_eq!(attempt.decision.verdict.reason, reason);
    }
    let to = site.context.lookup("tlsa-bogus.test", site.world.smtp_port).unwrap();
    let Connected { session, attempt, .. } = site.context.connect_host(&to.hosts[0]).unwrap();
    assert!(session.is_none() && !attempt.decision.verdict.may_deliver());
    assert_eq!(attempt.decision.verdict.reason, Reason::TlsaLookup);
    assert_eq!(attempt.verification.text, "not connected");
    assert_eq!(site.world.connections.of("mx.tlsa-bogus.test"), 0);
}

#[test]
fn of_many_calls_each_session_is_its_own() {
    let site = Site::new();
    let port = site.world.smtp_port;
    let mut multi = Multi::new(&site.context).unwrap();
    let to = ["good.test", "mismatch.test", "tlsa-none.test"]
        .map(|domain| site.context.lookup(domain, port).unwrap());
    for (tag, to) in to.iter().enumerate() {
        multi.connect_host(&to.hosts[0], tag);
    }
    let mut sessions = Vec::new();
    while multi.running() > 0 {
        multi.wait(Some(PATIENCE)).unwrap();
        while let Some(outcome) = multi.take() {
            let Ok(Found::Connected(connected)) = outcome.found else { panic!("a connection") };
            let may = connected.attempt.decision.verdict.may_deliver();
            assert_eq!((may, connected.session.is_some()), (outcome.tag != 1, may));
            sessions.extend(connected.session);
        }
    }
    assert_eq!(sessions.len(), 2);
    for session in &mut sessions {
        assert_eq!(session.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
        session.write_all(b"EHLO me\r\n").unwrap();
        wait_for(session);
        // The multi has nothing to do with it any more.
        let mut of_multi = [PollFd::new(&multi, PollFlags::IN)];
        assert_eq!(poll(&mut of_multi, Some(&Timespec::default())).unwrap(), 0);
    }
    // They outlive what they came from.
    drop(multi);
    for session in &mut sessions {
        session.set_blocking(true);
        assert!(reply(session).starts_with("250"));
    }
}

/// A TLS library that does what rustls's server never would. Its commands are single letters on lines of their own; other
/// lines are what it says to the client.
struct OtherServer(Child);

impl OtherServer {
    /// None where there is no openssl(1).
    fn start(guest: &Guest, version: &str) -> Option<(Self, u16)> {
        if !have("openssl") {
            return None;
        }
        let folder = scratch("session");
        let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
        fs::write(&chain, &guest.certificate).unwrap();
        fs::write(&key, &guest.key).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut server = Command::new("openssl");
        server.args(["s_server", "-naccept", "1", version, "-accept", &port.to_string()]);
        server.arg("-cert").arg(chain).arg("-key").arg(key);
        let server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        Some((Self(server), port))
    }

    fn types(&mut self, line: &str) {
        let input = self.0.stdin.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        // What it reads at once is one command to it.
        while ioctl_fionread(&*input).unwrap() > 0 {
            thread::yield_now();
        }
    }

    /// Waits for something that it prints, which is what the client says, too.
    fn prints(&mut self, text: &str) {
        let mut seen = Vec::new();
        let mut octet = [0];
        while !seen.ends_with(text.as_bytes()) {
            assert_eq!(self.0.stdout.as_mut().unwrap().read(&mut octet).unwrap(), 1);
            seen.push(octet[0]);
        }
    }
}

impl Drop for OtherServer {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        self.0.wait().unwrap();
    }
}

/// A session with it, behind a STARTTLS of ours.
fn with_openssl(version: &str) -> Option<(Session, OtherServer)> {
    let site = Site::new();
    let (server, port) = OtherServer::start(site.guest(), version)?;
    site.serve(move |listener| {
        let mut client = up_to_starttls(listener);
        client.write_all(b"220 go ahead\r\n").unwrap();
        let mut server = loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => break stream,
                Err(_) => thread::yield_now(),
            }
        };
        let (mut to, mut from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || copy(&mut from, &mut to));
        let _it_may_be_cut = copy(&mut server, &mut client);
        let _it_may_be_gone = client.shutdown(Shutdown::Write);
    });
    let mut session = site.session();
    session.write_all(b"EHLO me\r\n").unwrap();
    Some((session, server))
}

#[test]
fn rfc5746_renegotiation_is_refused_and_the_session_goes_on() {
    let Some((mut session, mut server)) = with_openssl("-tls1_2") else { return };
    server.prints("EHLO me\r\n");
    server.types("250 before");
    assert_eq!(reply(&mut session).trim_end(), "250 before");
    server.types("r");
    // It is told no, which it takes as its own end.
    let error = session.read(&mut [0; 64]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert_eq!(session.text(), "TLS: received fatal alert: HandshakeFailure");
}

#[test]
fn rfc8446_4_6_3_new_keys_are_taken_and_given() {
    let Some((mut session, mut server)) = with_openssl("-tls1_3") else { return };
    server.prints("EHLO me\r\n");
    for command in ["k", "K"] {
        server.types(command);
        server.types("250 with new keys");
        assert_eq!(reply(&mut session).trim_end(), "250 with new keys");
        session.write_all(b"NOOP\r\n").unwrap();
        server.prints("NOOP\r\n");
    }
    // Octets in the clear within TLS.
    server.types("P");
    assert_eq!(session.read(&mut [0; 64]).unwrap_err().kind(), ErrorKind::InvalidData);
    assert!(session.text().starts_with("TLS: "), "{}", session.text());
}

#[test]
fn what_is_cancelled_or_not_taken_is_closed() {
    let site = Site::new();
    let (accepted, has_accepted) = mpsc::channel();
    let server = site.serve(move |listener| {
        let mut silent = accept(listener);
        accepted.send(()).unwrap();
        assert_eq!(silent.read(&mut [0]).unwrap(), 0, "cancelled before the greeting");
    });
    let to = site.context.lookup(&site.guest().domain, site.world.smtp_port).unwrap();
    let mut multi = Multi::new(&site.context).unwrap();
    multi.connect_host(&to.hosts[0], 7);
    while has_accepted.try_recv().is_err() {
        multi.wait(Some(Duration::from_millis(10))).unwrap();
    }
    multi.cancel(&7);
    assert_eq!(multi.running(), 0);
    server.join().unwrap();

    let server = site.serve_tls(|mut tls| {
        let mut rest = Vec::new();
        tls.read_to_end(&mut rest).expect("close_notify");
        assert_eq!(rest, b"");
    });
    multi.connect_host(&to.hosts[0], 8);
    multi.wait(Some(PATIENCE)).unwrap();
    drop(multi);
    server.join().unwrap();
}
