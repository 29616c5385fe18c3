//! Mail servers, all on one port.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use super::Ports;
use crate::smtp::{Behaviour, Connections, Mail, Server, Tls, Transaction};

/// How long a stalling server holds its connection.
const STALL: Duration = Duration::from_secs(60);

/// TLS fatal alert "handshake failure".
const ALERT: &[u8] = &[21, 3, 1, 0, 2, 2, 40];

/// A hello that chooses TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA (RFC 2246 section 7.4.1.3); the random lies between.
const TLS_1_0_HELLO: [&[u8]; 3] =
    [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1], &[7; 32], &[0, 0, 0x2f, 0]];

/// Starts every server on the one port; the threads end with the process.
pub fn start(
    ports: Ports,
    servers: Vec<Server>,
    connections: &Connections,
    mail: &Mail,
) -> io::Result<()> {
    for server in servers {
        let address = SocketAddr::new(server.address, ports.port);
        let listener = if ports.first.local_addr()? == address {
            ports.first.try_clone()?
        } else {
            TcpListener::bind(address)?
        };
        let (connections, mail) = (connections.clone(), mail.clone());
        let server = Arc::new(server);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.count(&server.name);
                let (server, mail) = (server.clone(), mail.clone());
                let connections = connections.clone();
                thread::spawn(move || serve(&stream, &server, &connections, mail));
            }
        });
    }
    Ok(())
}

fn serve(
    stream: &TcpStream,
    server: &Server,
    connections: &Connections,
    mail: Mail,
) -> io::Result<()> {
    stream.set_read_timeout(Some(STALL))?;
    stream.set_nodelay(true)?;
    let mut output = stream;
    match server.behaviour {
        Behaviour::Silent => return stall(),
        Behaviour::Unwelcoming => return output.write_all(b"554 no service\r\n"),
        _ => {}
    }
    let name = &server.name;
    output.write_all(format!("220 {name} ESMTP\r\n").as_bytes())?;
    let mut input = BufReader::new(stream);
    let mut line = String::new();
    let mut transaction = Transaction::new(mail.clone(), false);
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = transaction.verb(&line);
        if verb == "EHLO" {
            connections.greeted(name, &line);
        }
        match (&*verb, &server.behaviour) {
            ("EHLO", Behaviour::RefusesEhlo) => output.write_all(b"502 not here\r\n")?,
            ("EHLO", Behaviour::NoStarttls) => {
                output.write_all(format!("250 {name}\r\n").as_bytes())?;
            }
            ("EHLO", _) => {
                let reply = format!("250-{name}\r\n250-SIZE\r\n250 STARTTLS\r\n");
                output.write_all(reply.as_bytes())?;
            }
            ("QUIT", _) => return output.write_all(b"221 bye\r\n"),
            ("STARTTLS", Behaviour::RefusesStarttls) => {
                output.write_all(b"454 TLS not available\r\n")?;
            }
            ("STARTTLS", behaviour) => return starttls(stream, behaviour, mail),
            _ => output.write_all(transaction.reply(&line))?,
        }
    }
}

fn starttls(mut stream: &TcpStream, behaviour: &Behaviour, mail: Mail) -> io::Result<()> {
    const GO_AHEAD: &[u8] = b"220 go ahead\r\n";
    match behaviour {
        Behaviour::Starttls(tls) => {
            stream.write_all(GO_AHEAD)?;
            serve_tls(stream, tls, mail)
        }
        Behaviour::Injects(tls) => {
            stream.write_all(&[GO_AHEAD, b"250 injected\r\n"].concat())?;
            serve_tls(stream, tls, mail)
        }
        Behaviour::OldTls => {
            stream.write_all(GO_AHEAD)?;
            BufReader::new(stream).fill_buf()?;
            stream.write_all(&TLS_1_0_HELLO.concat())
        }
        Behaviour::Alert => {
            stream.write_all(GO_AHEAD)?;
            BufReader::new(stream).fill_buf()?;
            stream.write_all(ALERT)
        }
        Behaviour::SilentAfterStarttls => {
            stream.write_all(GO_AHEAD)?;
            stall()
        }
        // Not with the client's hello unread: that would reset the connection, or not, as time will have it.
        _ => {
            stream.write_all(GO_AHEAD)?;
            BufReader::new(stream).fill_buf().map(|_| ())
        }
    }
}

fn serve_tls(stream: &TcpStream, tls: &Tls, mail: Mail) -> io::Result<()> {
    let connection = ServerConnection::new(tls.config.clone()).map_err(io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream.try_clone()?));
    let mut line = String::new();
    let mut transaction = Transaction::new(mail, true);
    while stream.read_line(&mut line)? != 0 {
        transaction.server_name = stream.get_ref().conn.server_name().map(str::to_owned);
        if transaction.verb(&line) == "QUIT" {
            let output = stream.get_mut();
            output.write_all(b"221 bye\r\n")?;
            output.conn.send_close_notify();
            return output.flush();
        }
        stream.get_mut().write_all(transaction.reply(&line))?;
        line.clear();
    }
    Ok(())
}

fn stall() -> io::Result<()> {
    thread::sleep(STALL);
    Ok(())
}
