//! Mail handed to a daemon by SMTP.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;

use kit::sys::namespace::CLIENT;
use kit::sys::wait::{self, PATIENCE};

/// Where every daemon of the lab takes mail, at the address of its namespace.
pub const PORT: u16 = 2525;

/// Hands over messages, each for its recipients; which of them were taken.
pub fn submit(sender: &str, messages: &[Vec<String>]) -> io::Result<Vec<bool>> {
    let mut input = connect()?;
    let mut output = BufReader::new(input.try_clone()?);
    let mut says = |line: &str| -> io::Result<bool> {
        write!(input, "{line}")?;
        let mut reply = String::new();
        while output.read_line(&mut reply)? > 0 && reply.as_bytes().get(3) == Some(&b'-') {
            reply.clear();
        }
        Ok(reply.starts_with(['2', '3']))
    };
    says("")?;
    says("HELO client.test\r\n")?;
    let mut taken = Vec::new();
    for recipients in messages {
        let mut is_taken = says(&format!("MAIL FROM:<{sender}>\r\n"))?;
        for recipient in recipients {
            is_taken &= says(&format!("RCPT TO:<{recipient}>\r\n"))?;
        }
        if is_taken {
            is_taken = says("DATA\r\n")? && says("Subject: test\r\n\r\nHello.\r\n.\r\n")?;
        } else {
            says("RSET\r\n")?;
        }
        taken.push(is_taken);
    }
    says("QUIT\r\n")?;
    Ok(taken)
}

/// As soon as the daemon listens.
fn connect() -> io::Result<TcpStream> {
    let mut stream = None;
    wait::until(PATIENCE, || {
        stream = TcpStream::connect((CLIENT, PORT)).ok();
        Ok(stream.is_some())
    })?;
    stream.ok_or_else(|| io::Error::other(format!("no daemon listens on port {PORT}")))
}
