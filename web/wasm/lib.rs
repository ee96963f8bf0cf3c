//! mbgen as a WebAssembly module: a request in, an answer out, both JSON and perhaps bytes.
//!
//! The page writes a request where [`alloc`] says, calls [`call`], and reads the answer at
//! [`out_ptr`]. A request is a JSON object on one line whose `call` names what is asked for, a newline
//! and perhaps bytes; [`calls`] has them all. What is wrong with a request is an answer, too.

mod answer;
mod calls;
mod request;

use std::sync::{Mutex, MutexGuard, PoisonError};

static REQUEST: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn locked(buffer: &'static Mutex<Vec<u8>>) -> MutexGuard<'static, Vec<u8>> {
    buffer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for a request of so many bytes; where it is.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(bytes: usize) -> *mut u8 {
    let mut request = locked(&REQUEST);
    *request = vec![0; bytes];
    request.as_mut_ptr()
}

/// Answers the request: 0 with what was asked for, 1 with what is wrong.
#[unsafe(no_mangle)]
pub extern "C" fn call() -> u32 {
    let request = std::mem::take(&mut *locked(&REQUEST));
    let (status, bytes) = match calls::call(&request) {
        Ok(bytes) => (0, bytes),
        Err(refusal) => (1, answer::refusal(&refusal)),
    };
    *locked(&ANSWER) = bytes;
    status
}

/// Where the answer is, until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn out_ptr() -> *const u8 {
    locked(&ANSWER).as_ptr()
}

/// Bytes of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn out_len() -> usize {
    locked(&ANSWER).len()
}
