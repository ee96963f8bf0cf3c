//! The kernels of an instruction set, which name what they were given where they fault.
//!
//! A sweep that touches a guard page dies by a signal and would leave nobody to say at which size.

use std::cell::Cell;
use std::fmt::{Debug, Write};
use std::ops::Deref;

use mbgen::kernels::isa::Ops;
use mbgen::kernels::ops::dense::DensePanel;
use mbgen::kernels::ops::depthwise::DepthwisePanel;
use mbgen::kernels::ops::linear::LinearPanel;
use mbgen::kernels::ops::pool::PoolPanel;

use crate::available;

/// A table of kernels that this CPU can run.
pub struct Kernels(available::Kernels);

impl Kernels {
    /// Tables with their names.
    pub fn all(tables: impl Iterator<Item = (&'static str, Ops)>) -> impl Iterator<Item = Self> {
        #[cfg(unix)]
        signals::install();
        available::Kernels::all(tables).map(Self)
    }
}

impl Deref for Kernels {
    type Target = available::Kernels;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// The table called `name`, if this CPU can run it.
pub fn kernels(name: &str) -> Option<Kernels> {
    #[cfg(unix)]
    signals::install();
    available::kernels(name).map(Kernels)
}

/// Kernels under the names of the set's own, each of which it calls.
macro_rules! named {
    ($($kernel:ident($panel:ty))*) => {
        impl Kernels {
            $(
                /// # Safety
                ///
                /// As the set's own.
                pub unsafe fn $kernel(&self, panel: &$panel) {
                    let _case = Case::begin(self.name(), panel);
                    // SAFETY: as the caller says.
                    unsafe { self.0.$kernel(panel) }
                }
            )*
        }
    };
}

named! {
    dense(DensePanel)
    depthwise(DepthwisePanel)
    linear(LinearPanel)
    pool(PoolPanel)
}

/// What a thread is running.
#[derive(Clone, Copy)]
struct Running {
    set: &'static str,
    panel: *const (),
    print: unsafe fn(*const (), &mut Line),
}

thread_local! {
    /// Constant and without a destructor, so that a signal handler may read it.
    static RUNNING: Cell<Option<Running>> = const { Cell::new(None) };
}

/// The time that a kernel takes.
struct Case;

impl Case {
    fn begin<P: Debug>(set: &'static str, panel: &P) -> Self {
        /// # Safety
        ///
        /// `panel` points to a `P`.
        unsafe fn print<P: Debug>(panel: *const (), line: &mut Line) {
            // SAFETY: as the caller says.
            let panel = unsafe { &*panel.cast::<P>() };
            let _ = write!(line, "{panel:?}");
        }
        let panel = std::ptr::from_ref(panel).cast();
        RUNNING.set(Some(Running { set, panel, print: print::<P> }));
        Self
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        RUNNING.set(None);
    }
}

/// Text without an allocation; what does not fit is cut.
struct Line {
    bytes: [u8; 1024],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = &mut self.bytes[self.len..];
        let taken = text.len().min(room.len());
        room[..taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.len += taken;
        Ok(())
    }
}

#[cfg(unix)]
mod signals {
    use std::fmt::Write;
    use std::sync::Once;

    use super::{Line, RUNNING};

    /// Has faults name what was running.
    pub fn install() {
        if cfg!(miri) {
            return;
        }
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL] {
                let handler = name as extern "C" fn(libc::c_int);
                // SAFETY: the handler uses only what a handler may: constant thread-local data, its
                // own stack, `write` and `signal`.
                unsafe { libc::signal(signal, handler as libc::sighandler_t) };
            }
        });
    }

    extern "C" fn name(signal: libc::c_int) {
        let mut line = Line { bytes: [0; 1024], len: 0 };
        let _ = write!(line, "\nsignal {signal}");
        if let Some(running) = RUNNING.get() {
            let _ = write!(line, " on {}: ", running.set);
            // SAFETY: a panel outlives the kernel that runs on it.
            unsafe { (running.print)(running.panel, &mut line) };
        }
        let _ = line.write_str("\n");
        // SAFETY: `len` bytes of `bytes` are text. Back at the instruction that faulted, the default
        // action ends the program.
        unsafe {
            libc::write(libc::STDERR_FILENO, line.bytes.as_ptr().cast(), line.len);
            libc::signal(signal, libc::SIG_DFL);
        }
    }
}

/// Runs itself with a panel that reads behind its operand.
#[cfg(unix)]
#[test]
fn a_fault_names_its_case() {
    use std::os::unix::process::ExitStatusExt;

    use crate::memory::Operand;

    const ASKED: &str = "MBGEN_FAULT";
    if std::env::var_os(ASKED).is_some() {
        let [mut input, mut output] = [64, 64].map(Operand::new);
        input.blank(12);
        output.blank(4);
        let panel =
            PoolPanel { input: input.at(), stride: 4, rows: 5, cols: 4, output: output.at() };
        let set = kernels("portable").expect("every CPU has it");
        // SAFETY: none: the fifth row lies in a page that cannot be touched, which ends the program.
        unsafe { set.pool(&panel) };
        return;
    }
    let program = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(program);
    command.args(["--exact", "sets::a_fault_names_its_case", "--nocapture"]).env(ASKED, "1");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGSEGV), "{said}");
    let case = said.lines().find(|line| line.contains("on portable: PoolPanel {"));
    assert!(case.is_some_and(|case| case.contains("rows: 5, cols: 4")), "{said}");
}
