//! A sign of life on standard error, for work that takes longer than a second.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

/// Work that takes less is not worth a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows what is being done, from the first second on and until it is dropped. Where standard
/// error is no terminal, only what [began](Self::began) is.
pub struct Progress {
    sender: Option<Sender<Cow<'static, str>>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts to count the time.
    pub fn start() -> Self {
        let (sender, receiver) = channel();
        let show = move || {
            let start = Instant::now();
            let mut doing = Cow::Borrowed("");
            let bar = loop {
                match receiver.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
                    Ok(now) => doing = now,
                    Err(RecvTimeoutError::Timeout) => break ProgressBar::new_spinner(),
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            };
            bar.enable_steady_tick(Duration::from_millis(100));
            bar.set_message(doing);
            while let Ok(now) = receiver.recv() {
                bar.set_message(now);
            }
            bar.finish_and_clear();
        };
        Self { sender: Some(sender), thread: thread::Builder::new().spawn(show).ok() }
    }

    /// Says what is being done from now on.
    pub fn doing(&self, what: impl Into<Cow<'static, str>>) {
        // Without a thread nobody listens.
        let _ = self.sender.as_ref().map(|sender| sender.send(what.into()));
    }

    /// Says what has begun: where standard error is no terminal as a line that stays.
    pub fn began(&self, what: String) {
        if std::io::stderr().is_terminal() {
            self.doing(what);
        } else {
            eprintln!("{what}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
