//! The page, served to a browser on this machine: files of the binary on loopback, and one spec that
//! is followed.
//!
//! **Invariant.** Nothing is read but the one spec: paths are looked up in a table. Requests that name
//! another host are refused, so that no page of elsewhere reads the spec by a name of its own.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::Result;
use crate::escape;
use crate::input;
use crate::json::line;
use crate::spec;

/// Longest head of a request.
const MAX_HEAD: u64 = 16 << 10;
/// Most requests at a time.
const MAX_REQUESTS: usize = 64;
/// What a browser has to send a request, and to take an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where pages ask for the spec.
const SPEC: &str = "/spec.json";

/// Files by their paths, with `/` between folders.
pub type Files = &'static [(&'static str, &'static [u8])];

/// What is served.
#[derive(Clone, Debug)]
pub struct Site {
    /// The page's files.
    pub files: Files,
    /// The spec that it follows.
    pub spec: Option<PathBuf>,
}

struct Answer {
    status: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

impl Answer {
    fn json(body: String) -> Self {
        Self { status: "200 OK", kind: "application/json", body: body.into_bytes() }
    }

    fn error(status: &'static str) -> Self {
        Self { status, kind: "text/plain", body: format!("{status}\n").into_bytes() }
    }
}

impl Site {
    /// Serves until the process ends.
    pub fn serve(&self, listener: &TcpListener) {
        let running = AtomicUsize::new(0);
        thread::scope(|scope| {
            for stream in listener.incoming().flatten() {
                if running.fetch_add(1, Ordering::SeqCst) >= MAX_REQUESTS {
                    running.fetch_sub(1, Ordering::SeqCst);
                    continue;
                }
                let running = &running;
                scope.spawn(move || {
                    // A browser that went away misses nothing.
                    let _ = self.exchange(stream);
                    running.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
    }

    /// One request and its answer.
    fn exchange(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let port = stream.local_addr()?.port();
        let mut head = Vec::new();
        for read in BufReader::new((&stream).take(MAX_HEAD)).split(b'\n') {
            let read = String::from_utf8_lossy(&read?).trim_end().to_owned();
            if read.is_empty() {
                break;
            }
            head.push(read);
        }
        let answer = self.answer(&head, port);
        let Answer { status, kind, body } = &answer;
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
             Content-Security-Policy: frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n\
             Cross-Origin-Resource-Policy: same-origin\r\n\r\n",
            body.len()
        )?;
        if !head.first().is_some_and(|first| first.starts_with("HEAD ")) {
            stream.write_all(body)?;
        }
        stream.flush()
    }

    fn answer(&self, head: &[String], port: u16) -> Answer {
        let Some((first, fields)) = head.split_first() else {
            return Answer::error("400 Bad Request");
        };
        let words: Vec<&str> = first.split(' ').collect();
        let [method, target, _] = words[..] else { return Answer::error("400 Bad Request") };
        if !is_own(fields, port) {
            return Answer::error("403 Forbidden");
        }
        if !["GET", "HEAD"].contains(&method) {
            return Answer::error("405 Method Not Allowed");
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path == SPEC {
            return self.followed(query);
        }
        let path = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
        let Some((_, bytes)) = self.files.iter().find(|(known, _)| *known == path) else {
            return Answer::error("404 Not Found");
        };
        let body = if path == "index.html" { self.page(bytes) } else { bytes.to_vec() };
        Answer { status: "200 OK", kind: kind(path), body }
    }

    /// The page, told that it is served, and whether there is a spec to follow.
    fn page(&self, bytes: &[u8]) -> Vec<u8> {
        let spec = if self.spec.is_some() { " data-spec" } else { "" };
        let html = format!("<html lang=\"en\" data-served{spec}>");
        String::from_utf8_lossy(bytes).replacen("<html lang=\"en\">", &html, 1).into_bytes()
    }

    /// The spec, where its version is not the one that the page has; or why it cannot be read. At once:
    /// a browser has few connections to a server, and every tab asks.
    fn followed(&self, query: &str) -> Answer {
        let Some(path) = &self.spec else { return Answer::error("404 Not Found") };
        let known = query.strip_prefix("after=").and_then(|version| version.parse().ok());
        match version_of(path) {
            Ok((version, _)) if Some(version) == known => {
                Answer { status: "204 No Content", kind: "text/plain", body: Vec::new() }
            }
            Ok((version, body)) => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                let (name, text) = (line(&escape::path(Path::new(name))), line(&body));
                Answer::json(format!("{{\"version\":{version},\"name\":{name},\"text\":{text}}}"))
            }
            Err(error) => Answer::json(format!("{{\"lost\":{}}}", line(&error.to_string()))),
        }
    }
}

/// The text of a file, and a number that changes with it, never 0.
fn version_of(path: &Path) -> Result<(u32, String)> {
    let text = input::text_of_regular(path, spec::MAX_BYTES)?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Ok((hasher.finish() as u32 | 1, text))
}

/// Whether a request is for this server by one of its own names.
fn is_own(fields: &[String], port: u16) -> bool {
    let hosts = fields.iter().filter_map(|field| {
        let (name, value) = field.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    // Browsers leave out the port that HTTP has by default.
    let is_own = |host: &str| {
        let (name, stated) = host.split_once(':').unwrap_or((host, "80"));
        ["127.0.0.1", "localhost"].contains(&name) && stated == port.to_string()
    };
    let mut hosts = hosts.peekable();
    hosts.peek().is_some() && hosts.all(is_own)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn the_port_of_a_host_is_left_out_where_it_is_80() {
        let own = |host: &str, port| is_own(&[format!("Host: {host}")], port);
        assert!(own("localhost", 80) && own("127.0.0.1", 80) && own("localhost:80", 80));
        assert!(!own("localhost", 8017) && !own("localhost:8017", 80) && !own("example.org", 80));
        assert!(!own("localhost:", 80) && !own("", 80));
    }
}
