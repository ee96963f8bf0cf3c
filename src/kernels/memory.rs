//! Memory of an inference: weights read in place, and the arena.

use super::steps::Memory;

/// A value on a cache line of its own, as an embedded file of weights needs it.
#[repr(C, align(64))]
pub struct Aligned<T: ?Sized>(pub T);

impl<const N: usize> Aligned<[u8; N]> {
    /// The bytes as `f32` values in the CPU's own byte order; up to three bytes at the end are left.
    pub const fn f32s(&self) -> &[f32] {
        // SAFETY: the type is aligned, N / 4 values lie inside it, and any bits are an `f32`.
        unsafe { core::slice::from_raw_parts(self.0.as_ptr().cast(), N / size_of::<f32>()) }
    }
}

/// Bytes as `f32` values in the CPU's own byte order; `None` where they are not aligned to a value or
/// are no whole number of values.
pub fn f32s(bytes: &[u8]) -> Option<&[f32]> {
    // SAFETY: any bits are an `f32`.
    let (before, values, after) = unsafe { bytes.align_to::<f32>() };
    (before.is_empty() && after.is_empty()).then_some(values)
}

/// Values on the heap, aligned to cache lines.
#[cfg(feature = "std")]
pub struct Values {
    lines: Vec<Aligned<[f32; 16]>>,
    len: usize,
}

#[cfg(feature = "std")]
impl Values {
    /// `len` times the same value.
    pub fn new(len: usize, value: f32) -> Self {
        let line = || Aligned([value; 16]);
        Self { lines: core::iter::repeat_with(line).take(len.div_ceil(16)).collect(), len }
    }

    /// Copies little-endian values; up to three bytes at the end are left.
    pub fn from_le_bytes(bytes: &[u8]) -> Self {
        let (values, _) = bytes.as_chunks();
        let line = |chunk: &[[u8; 4]]| {
            let mut line = [0.0; 16];
            for (value, bytes) in line.iter_mut().zip(chunk) {
                *value = f32::from_le_bytes(*bytes);
            }
            Aligned(line)
        };
        Self { lines: values.chunks(16).map(line).collect(), len: values.len() }
    }

    /// The values.
    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: lines are arrays of values without gaps, and hold at least `len` of them.
        unsafe { core::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }

    /// The values.
    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: as above.
        unsafe { core::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

/// The arena: `SHARED` elements for all threads and `SCRATCH` elements for each of `THREADS` threads.
///
/// Both sizes are multiples of 16, so that each thread's begins on a cache line. An arena for no thread
/// does not compile.
#[repr(C, align(64))]
pub struct Arena<const SHARED: usize, const SCRATCH: usize, const THREADS: usize> {
    shared: [f32; SHARED],
    scratch: [[f32; SCRATCH]; THREADS],
}

impl<const SHARED: usize, const SCRATCH: usize> Arena<SHARED, SCRATCH, 1> {
    /// An arena of one thread for a `static`. As a local variable it may be too large for the stack.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self::new_for()
    }

    /// An arena of some threads for a `static`.
    #[allow(clippy::large_stack_arrays)]
    pub const fn new_for<const THREADS: usize>() -> Arena<SHARED, SCRATCH, THREADS> {
        const { assert!(THREADS > 0, "an arena is for at least one thread") };
        Arena { shared: [0.0; SHARED], scratch: [[0.0; SCRATCH]; THREADS] }
    }

    /// An arena of one thread on the heap. It is never on the stack.
    #[cfg(feature = "std")]
    pub fn boxed() -> Box<Self> {
        Self::boxed_for()
    }

    /// An arena of some threads on the heap. It is never on the stack.
    #[cfg(feature = "std")]
    pub fn boxed_for<const THREADS: usize>() -> Box<Arena<SHARED, SCRATCH, THREADS>> {
        const { assert!(THREADS > 0, "an arena is for at least one thread") };
        // SAFETY: all bits zero are zeros of type `f32`.
        unsafe { Box::new_zeroed().assume_init() }
    }
}

impl<const SHARED: usize, const SCRATCH: usize, const THREADS: usize>
    Arena<SHARED, SCRATCH, THREADS>
{
    /// Sets every element. Results do not depend on what an arena holds; tests show it with NaN.
    pub fn fill(&mut self, value: f32) {
        self.shared.fill(value);
        self.scratch.as_flattened_mut().fill(value);
    }

    /// The memory of one inference with this arena.
    pub fn memory<'a>(
        &'a mut self,
        input: &'a [f32],
        weights: &'a [f32],
        logits: &'a mut [f32],
    ) -> Memory<'a> {
        Memory {
            input,
            weights,
            shared: &mut self.shared,
            scratch: self.scratch.as_flattened_mut(),
            threads: THREADS,
            logits,
        }
    }
}
