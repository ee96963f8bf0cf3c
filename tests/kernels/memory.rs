//! Operands that show every access outside their bounds, and the numbers in them.

use std::ptr;

/// Values before an operand that must stay as they are.
const MARGIN: usize = 64;

/// What fills everything that a kernel must neither use nor change: a NaN that no arithmetic makes.
const CANARY: f32 = f32::from_bits(0x7FC5_A5A5);

/// Memory for one operand at a time, whose last value is followed by a page that cannot be touched,
/// so that reads behind it are seen even where their values are not used. What lies before its first
/// value is canaries.
pub struct Operand {
    end: *mut f32,
    capacity: usize,
    len: usize,
}

impl Operand {
    /// Room for operands of up to `capacity` values. The pages are kept until the program ends.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity + MARGIN;
        let end = pages::before_a_guard(capacity * size_of::<f32>());
        Self { end: end.cast(), capacity, len: 0 }
    }

    /// Makes an operand of `len` canaries.
    pub fn blank(&mut self, len: usize) -> &mut [f32] {
        assert!(len + MARGIN <= self.capacity, "an operand of {len} values");
        self.len = len;
        if cfg!(miri) {
            // No pages, but it knows where an allocation ends.
            self.end = pages::before_a_guard((len + MARGIN) * size_of::<f32>()).cast();
        }
        // SAFETY: `capacity` values before `end` are this operand's own.
        let all = unsafe {
            let start = self.end.sub(len + MARGIN);
            std::slice::from_raw_parts_mut(start, len + MARGIN)
        };
        all.fill(CANARY);
        &mut all[MARGIN..]
    }

    /// Makes an operand of `len` numbers.
    pub fn numbers(&mut self, len: usize, numbers: &mut Numbers) -> &mut [f32] {
        let values = self.blank(len);
        values.fill_with(|| numbers.whole());
        values
    }

    /// Makes an operand of `rows` rows `pitch` apart, whose last row ends with its last value; a row
    /// has `used` numbers and then canaries up to `width`.
    pub fn matrix(
        &mut self,
        (rows, used): (usize, usize),
        (width, pitch): (usize, usize),
        numbers: &mut Numbers,
    ) {
        let values = self.blank(rows.saturating_sub(1) * pitch + width);
        for row in 0..rows {
            values[row * pitch..][..used].fill_with(|| numbers.whole());
        }
    }

    /// The operand's first value.
    pub fn at(&self) -> *mut f32 {
        // SAFETY: `len` values before `end` are this operand's own.
        unsafe { self.end.sub(self.len) }
    }

    /// The operand's values.
    pub fn values(&self) -> &[f32] {
        // SAFETY: `len` values from there on are this operand's own.
        unsafe { std::slice::from_raw_parts(self.at(), self.len) }
    }

    /// Takes the value at `i` and leaves a canary there.
    pub fn take(&mut self, i: usize) -> f32 {
        assert!(i < self.len, "value {i} of {}", self.len);
        // SAFETY: value `i` is this operand's own.
        unsafe { self.at().add(i).replace(CANARY) }
    }

    /// Checks that nothing but canaries is left, in the operand and before it.
    pub fn is_untouched(&self) {
        // SAFETY: as in `blank`.
        let all = unsafe { std::slice::from_raw_parts(self.at().sub(MARGIN), self.len + MARGIN) };
        let changed = all.iter().position(|x| x.to_bits() != CANARY.to_bits());
        if let Some(i) = changed {
            panic!("value {} of {} was changed", i as isize - MARGIN as isize, self.len);
        }
    }
}

/// The residual of a kernel that has none.
pub const NONE: *const f32 = ptr::null();

#[cfg(all(unix, not(miri)))]
mod pages {
    /// The end of at least `bytes` of zeroed memory that a page without access follows.
    pub fn before_a_guard(bytes: usize) -> *mut u8 {
        // SAFETY: an anonymous mapping where the system likes; of its pages the last loses access.
        unsafe {
            let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
            let room = bytes.next_multiple_of(page);
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let start = libc::mmap(std::ptr::null_mut(), room + page, access, kind, -1, 0);
            assert!(start != libc::MAP_FAILED, "no memory");
            let end = start.cast::<u8>().add(room);
            assert_eq!(libc::mprotect(end.cast(), page, libc::PROT_NONE), 0, "no guard page");
            end
        }
    }
}

#[cfg(any(not(unix), miri))]
mod pages {
    /// The end of `bytes` of zeroed memory; reads behind it are not seen.
    pub fn before_a_guard(bytes: usize) -> *mut u8 {
        let memory: &mut [f32] = vec![0.0f32; bytes / size_of::<f32>()].leak();
        memory.as_mut_ptr_range().end.cast()
    }
}

/// Numbers from a seed: xorshift64*, of Vigna 2016, arXiv:1402.6246.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A whole number from -4 to 4.
    pub fn whole(&mut self) -> f32 {
        (self.below(9) as i32 - 4) as f32
    }

    /// A number of [-1, 1), of 24 bits.
    pub fn real(&mut self) -> f32 {
        (self.below(1 << 24) as f32) / (1 << 23) as f32 - 1.0
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        (high * n) >> 32
    }
}
