//! `mbgen web`: the page, on this machine.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use crate::block::{self, Variant};
use crate::cli::WebArgs;
use crate::error::{Error, Result};
use crate::server::{Files, Site};

/// The port that is tried first.
const PORT: u16 = 8017;

#[cfg(feature = "web")]
const FILES: Option<Files> = Some(include!("../../web/dist.rs"));
#[cfg(not(feature = "web"))]
const FILES: Option<Files> = None;

pub fn run(args: &WebArgs) -> Result<()> {
    let Some(files) = FILES else {
        return Err(Error::Usage(
            "this mbgen was built without its page; in a checkout, `web/build.sh` and then \
             `cargo build --release --features web` make one that has it"
                .into(),
        ));
    };
    let spec = match args.spec.as_deref() {
        None => None,
        Some("-") => return Err(Error::Usage("a file is needed: the page follows it".into())),
        Some(spec) => {
            let path = PathBuf::from(spec);
            if !path.is_file() {
                // Says what is wrong with the name; a shipped one has no file to follow.
                block::load(spec, &Variant::default())?;
                return Err(Error::Usage(format!(
                    "{spec} is no file; the page has it to start from"
                )));
            }
            Some(path)
        }
    };
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match args.port {
        Some(port) => bind(port),
        None => bind(PORT).or_else(|_| bind(0)),
    };
    let listener = listener.map_err(|source| {
        let path = format!("127.0.0.1:{}", args.port.unwrap_or(PORT)).into();
        Error::Io { action: "listen on", path, source }
    })?;
    let port = listener.local_addr().map_err(Error::io("listen on", "127.0.0.1"))?.port();
    eprintln!("the page is at http://127.0.0.1:{port}/ until this ends (Ctrl-C)");
    Site { files, spec }.serve(&listener);
    Ok(())
}
