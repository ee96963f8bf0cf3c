//! Running two halves of a step at once.

/// An executor: anything that can run two closures, at once or one after the other.
///
/// rayon's `join` fits in five lines; see the README of a generated crate.
pub trait Join: Sync {
    /// Number of closures that can run at once; work is dealt out into so many parts.
    fn threads(&self) -> usize;

    /// Runs both closures and returns when both are done.
    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send);
}

/// One thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

impl Join for Serial {
    fn threads(&self) -> usize {
        1
    }

    fn join(&self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        a();
        b();
    }
}

/// An executor without its type, so that a step is compiled once for all of them.
pub(super) trait Deal: Sync {
    /// [`Join::threads`].
    fn threads(&self) -> usize;

    /// Runs `work(i)` for each `i` of `parts.0..parts.1`, by halves.
    fn for_each(&self, parts: (usize, usize), work: &(dyn Fn(usize) + Sync));
}

impl<J: Join> Deal for J {
    fn threads(&self) -> usize {
        Join::threads(self)
    }

    fn for_each(&self, (first, end): (usize, usize), work: &(dyn Fn(usize) + Sync)) {
        match end - first {
            0 => {}
            1 => work(first),
            n => {
                let middle = first + n / 2;
                self.join(
                    || self.for_each((first, middle), work),
                    || self.for_each((middle, end), work),
                );
            }
        }
    }
}

/// Part `i` of `n` of the range `0..len`, as even as whole numbers allow.
pub(super) fn share(len: usize, i: usize, n: usize) -> (usize, usize) {
    // len·i / n, without a product of large numbers.
    let start = |i: usize| len / n * i + len % n * i / n;
    (start(i), start(i + 1))
}
