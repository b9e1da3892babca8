//! A client on one plain connection that it keeps; as simple as a sender may be.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }
}

/// A connection, opened when it is needed.
pub struct Client {
    address: SocketAddr,
    headers: Vec<(String, String)>,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, headers: Vec::new(), connection: None }
    }

    /// A header of every request.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, &[], 0, &mut io::empty())
    }

    pub fn delete(&mut self, path: &str) -> io::Result<Answer> {
        self.send("DELETE", path, &[], 0, &mut io::empty())
    }

    pub fn post(&mut self, path: &str, content_type: &str, body: &[u8]) -> io::Result<Answer> {
        self.send("POST", path, &[("content-type", content_type)], body.len() as u64, &mut &*body)
    }

    /// Sends a request and reads its whole answer.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        length: u64,
        body: &mut dyn Read,
    ) -> io::Result<Answer> {
        let mut answer = Vec::new();
        let head = self.exchange(method, path, headers, length, body, &mut answer)?;
        Ok(Answer { body: answer, ..head })
    }

    /// Sends a request and writes the body of its answer to `out`.
    pub fn exchange(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        length: u64,
        body: &mut dyn Read,
        out: &mut dyn Write,
    ) -> io::Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(5))?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(60)))?;
                BufReader::with_capacity(64 * 1024, stream)
            }
        };
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(headers.iter().copied()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if length > 0 || method == "POST" {
            head.push_str(&format!("content-length: {length}\r\n"));
        }
        head.push_str("\r\n");
        let stream = connection.get_mut();
        if length <= 256 * 1024 {
            // One write, one packet: what any client with a buffer does.
            let mut whole = head.into_bytes();
            body.take(length).read_to_end(&mut whole)?;
            stream.write_all(&whole)?;
        } else {
            stream.write_all(head.as_bytes())?;
            io::copy(&mut body.take(length), stream)?;
        }
        let answer = read_answer(&mut connection, out)?;
        if answer.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(answer)
    }
}

fn read_answer(connection: &mut BufReader<TcpStream>, out: &mut dyn Write) -> io::Result<Answer> {
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let mut line = String::new();
    if connection.read_line(&mut line)? == 0 {
        return Err(cut());
    }
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(cut)?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        if connection.read_line(&mut line)? == 0 {
            return Err(cut());
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let answer = Answer { status, headers, body: Vec::new() };
    if answer.header("transfer-encoding") == Some("chunked") {
        loop {
            line.clear();
            connection.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16).map_err(|_| cut())?;
            copy_exactly(connection, length, out)?;
            line.clear();
            connection.read_line(&mut line)?;
            if length == 0 {
                break;
            }
        }
    } else if status != 204 && status != 304 {
        let length = answer.header("content-length").and_then(|text| text.parse().ok());
        copy_exactly(connection, length.ok_or_else(cut)?, out)?;
    }
    Ok(answer)
}

fn copy_exactly(from: &mut dyn Read, length: u64, out: &mut dyn Write) -> io::Result<()> {
    if io::copy(&mut from.take(length), out)? == length {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}
