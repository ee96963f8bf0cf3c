//! The page as `mbgen web` serves it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use mbgen::server::Site;

const FILES: mbgen::server::Files =
    &[("index.html", b"<html lang=\"en\"><p>page"), ("a/mbgen.wasm", b"\0asm")];

/// A server of these files; its port.
fn serve(spec: Option<PathBuf>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let site = Site { files: FILES, spec };
    std::thread::spawn(move || site.serve(&listener));
    port
}

fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(port: u16, path: &str) -> String {
    ask(port, &format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"))
}

#[test]
fn files_are_served_as_what_they_are() {
    let port = serve(None);
    let page = get(port, "/");
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(page.contains("text/html") && page.ends_with("<html lang=\"en\" data-served><p>page"));
    assert!(get(port, "/a/mbgen.wasm?x=1").contains("application/wasm"));
    let head = ask(port, &format!("HEAD / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
}

#[test]
fn only_its_own_names_and_files_are_answered() {
    let port = serve(None);
    let with = |fields: &str| ask(port, &format!("GET / HTTP/1.1\r\n{fields}\r\n"));
    for fields in [
        "",
        "Host: example.org\r\n",
        "Host: localhost\r\n",
        "Host: localhost:1\r\n",
        &format!("Host: example.org:{port}\r\n"),
        &format!("Host: localhost:{port}\r\nHost: example.org\r\n"),
    ] {
        assert!(with(fields).starts_with("HTTP/1.1 403 "), "{fields}");
    }
    for path in [
        "/../Cargo.toml",
        "/a/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "//etc/passwd",
        "/a",
        "/spec.json",
    ] {
        assert!(get(port, path).starts_with("HTTP/1.1 404 "), "{path}");
    }
    let post = ask(port, &format!("POST / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
    assert!(post.starts_with("HTTP/1.1 405 "), "{post}");
    assert!(ask(port, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    // What has no end is refused at its bound.
    let endless = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(16 << 10));
    assert!(ask(port, &endless[..16 << 10]).starts_with("HTTP/1.1 403 "));
}

#[test]
fn a_spec_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.yaml");
    std::fs::write(&file, "name: first\n").unwrap();
    let port = serve(Some(file.clone()));
    assert!(get(port, "/").contains("data-spec"));
    let version = |answer: &str| -> u32 {
        let body = answer.rsplit("\r\n").next().unwrap();
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(json["name"], "net.yaml");
        json["version"].as_u64().unwrap() as u32
    };
    let first = get(port, "/spec.json?after=0");
    assert!(first.contains("name: first"), "{first}");
    let first = version(&first);
    let same = get(port, &format!("/spec.json?after={first}"));
    assert!(same.starts_with("HTTP/1.1 204 "), "{same}");
    std::fs::write(&file, "name: second\n").unwrap();
    let second = get(port, &format!("/spec.json?after={first}"));
    assert!(second.contains("name: second"), "{second}");
    let second = version(&second);
    assert_ne!(second, first);
    std::fs::remove_file(&file).unwrap();
    let gone = get(port, &format!("/spec.json?after={second}"));
    assert!(gone.contains("{\"lost\":\"") && gone.contains("net.yaml"), "{gone}");
    std::fs::write(&file, "name: second\n").unwrap();
    assert_eq!(version(&get(port, "/spec.json?after=0")), second);
}

#[test]
fn a_port_that_is_taken_is_an_error_where_it_was_asked_for() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_mbgen")).arg("web").args(args).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    if cfg!(feature = "web") {
        assert!(run(&["--port", &port]).contains(&format!("cannot listen on 127.0.0.1:{port}")));
        assert!(run(&["v2"]).contains("no file"));
    } else {
        let error = run(&["--port", &port]);
        assert!(error.contains("without its page") && error.contains("--features web"), "{error}");
    }
}
