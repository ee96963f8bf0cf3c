//! A headless Chromium, spoken to over its DevTools protocol.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The browser of this machine: what `CHROMIUM` names, or the first known one in `PATH`.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|path| !path.is_empty()) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut files = NAMES.iter().flat_map(|name| folders.iter().map(move |f| f.join(name)));
    files.find(|file| file.is_file())
}

/// A running browser with one tab, which ends with it.
pub struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    next: u64,
    /// Errors and warnings of the console, uncaught exceptions, and what was asked of the network.
    pub complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub width: u32,
    pub dark: bool,
}

impl Browser {
    pub fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--disable-dev-shm-usage"])
            .arg("--remote-debugging-port=0")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned))
            .expect("the browser names its address");
        // Whatever else it says must be read, or it would stop at a full pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let host = address.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let (socket, _) = tungstenite::client(address.as_str(), stream).unwrap();
        let complaints = Vec::new();
        let mut browser =
            Self { process, socket, session: None, next: 0, complaints, _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let tab = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", tab);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Opens a file and waits until its charts are drawn.
    pub fn open(&mut self, page: &Path, look: Look) {
        let Look { width, dark } = look;
        let size =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 640});
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", media);
        self.complaints.clear();
        self.call("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        while self.event()["method"] != "Page.loadEventFired" {}
        let empty = "document.querySelectorAll('[data-chart]:empty').length";
        for _ in 0..100 {
            self.settle();
            if self.eval(empty) == 0 {
                break;
            }
        }
    }

    /// Waits until what was asked for is on the screen.
    pub fn settle(&mut self) {
        let frames = "new Promise(done => setTimeout(() => requestAnimationFrame(() => \
                      requestAnimationFrame(() => done(true))), 100))";
        assert_eq!(self.eval(frames), true);
    }

    /// The value of an expression or promise in the page.
    #[track_caller]
    pub fn eval(&mut self, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
        });
        let mut answer = self.call("Runtime.evaluate", asked);
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].take()
    }

    /// A picture of the whole page as PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let asked = json!({"captureBeyondViewport": true});
        let shot = self.call("Page.captureScreenshot", asked);
        decode(shot["data"].as_str().unwrap())
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).unwrap();
        loop {
            let mut answer = self.event();
            if answer["id"] == self.next {
                assert_eq!(answer["error"], Value::Null, "{method}");
                return answer["result"].take();
            }
        }
    }

    /// The next message; complaints are kept.
    fn event(&mut self) -> Value {
        let message = self.socket.read().unwrap();
        let event: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
        let params = &event["params"];
        let complaint = match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => Some(&params["exceptionDetails"]),
            Some("Runtime.consoleAPICalled") if params["type"] != "log" => Some(&params["args"]),
            Some("Log.entryAdded") => Some(&params["entry"]),
            Some("Network.requestWillBeSent") => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                let local = url.starts_with("file:") || url.starts_with("data:");
                (!local).then_some(&params["request"])
            }
            _ => None,
        };
        self.complaints.extend(complaint.map(Value::to_string));
        event
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The bytes of base64 text.
fn decode(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|&c| c != b'=').map(value).collect();
    let group = |digits: &[u8]| {
        let bits = digits.iter().fold(0u32, |bits, &d| bits << 6 | u32::from(d));
        let bits = bits << (6 * (4 - digits.len()));
        bits.to_be_bytes()[1..digits.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}
