//! Sizes of the host's caches, where the system tells them.

use std::path::Path;

use crate::quantity::{Unit, parse_quantity};

/// Sizes in bytes of the caches that a core has for its data: of one instance each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caches {
    /// First level.
    pub l1: Option<u64>,
    /// Second level.
    pub l2: Option<u64>,
    /// Third level; `None` too where there is none.
    pub l3: Option<u64>,
}

impl Caches {
    /// What Linux says of its first CPU; nothing elsewhere.
    pub fn of_host() -> Self {
        Self::of_folder(Path::new("/sys/devices/system/cpu/cpu0/cache"))
    }

    /// Reads `index*/{level,type,size}` of a folder.
    fn of_folder(folder: &Path) -> Self {
        let mut caches = Self::default();
        for index in 0..8 {
            let of = |file: &str| {
                let path = folder.join(format!("index{index}/{file}"));
                std::fs::read_to_string(path).map(|text| text.trim().to_owned()).ok()
            };
            let (Some(level), Some(kind), Some(size)) = (of("level"), of("type"), of("size"))
            else {
                continue;
            };
            // The kernel writes 32K for 32 KiB.
            let size =
                size.strip_suffix('K').and_then(|n| parse_quantity(&format!("{n}Ki"), Unit::Bytes));
            let slot = match level.as_str() {
                "1" => &mut caches.l1,
                "2" => &mut caches.l2,
                "3" => &mut caches.l3,
                _ => continue,
            };
            if kind != "Instruction" {
                *slot = size.filter(|&bytes| bytes > 0);
            }
        }
        caches
    }

    /// These sizes, or where they are missing the `other`'s.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { l1: self.l1.or(other.l1), l2: self.l2.or(other.l2), l3: self.l3.or(other.l3) }
    }
}

#[cfg(test)]
mod tests {
    use super::Caches;

    #[test]
    fn data_caches_of_one_instance_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let caches = [
            ("1", "Data", "48K"),
            ("1", "Instruction", "32K"),
            ("2", "Unified", "1024K"),
            ("3", "Unified", "32768K"),
        ];
        for (i, (level, kind, size)) in caches.into_iter().enumerate() {
            let index = folder.path().join(format!("index{i}"));
            std::fs::create_dir(&index).unwrap();
            for (file, text) in [("level", level), ("type", kind), ("size", size)] {
                std::fs::write(index.join(file), format!("{text}\n")).unwrap();
            }
        }
        let read = Caches::of_folder(folder.path());
        let expected = Caches { l1: Some(48 << 10), l2: Some(1 << 20), l3: Some(32 << 20) };
        assert_eq!(read, expected);
        let empty = Caches::of_folder(&folder.path().join("none"));
        assert_eq!(empty, Caches::default());
        assert_eq!(empty.or(read), expected);
    }
}
