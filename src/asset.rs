//! Files of this repository that go into pages and crates as they are: within the command; a build
//! without feature `cli` is small, and is given them before it needs any.

use crate::error::Result;

/// A file that goes into what is made.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path in this repository.
    pub path: &'static str,
    #[cfg(feature = "cli")]
    pub(crate) within: &'static str,
}

/// The file at a path of this repository.
macro_rules! asset {
    ($($path:expr),+) => {
        $crate::asset::Asset {
            path: concat!($($path),+),
            #[cfg(feature = "cli")]
            within: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $($path),+)),
        }
    };
}

pub(crate) use asset;

impl Asset {
    /// A file of the kernels, whose text their package has in the command.
    pub(crate) fn of_kernels(path: &'static str, text: Option<&'static str>) -> Self {
        let _ = text;
        Self {
            path,
            #[cfg(feature = "cli")]
            within: text.expect("the feature `files`"),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// Where it was to be given and was not.
    #[cfg(feature = "cli")]
    pub fn text(&self) -> Result<&'static str> {
        Ok(self.within)
    }

    /// Its text.
    ///
    /// # Errors
    /// Where it was to be given and was not.
    #[cfg(not(feature = "cli"))]
    pub fn text(&self) -> Result<&'static str> {
        let given = GIVEN.get().and_then(|texts| texts.get(self.path));
        given.map(String::as_str).ok_or_else(|| {
            crate::error::Error::Usage(format!("the file {} was not given", self.path))
        })
    }
}

/// The texts of all, one after the other.
pub fn joined(assets: &[Asset]) -> Result<String> {
    assets.iter().map(Asset::text).collect()
}

/// Texts by their paths.
#[cfg(not(feature = "cli"))]
pub type Texts = std::collections::BTreeMap<String, String>;

#[cfg(not(feature = "cli"))]
static GIVEN: std::sync::OnceLock<Texts> = std::sync::OnceLock::new();

/// Takes the texts of all assets, once.
#[cfg(not(feature = "cli"))]
pub fn give(texts: Texts) {
    GIVEN.get_or_init(|| texts);
}

/// Whether they were given.
#[cfg(not(feature = "cli"))]
pub fn given() -> bool {
    GIVEN.get().is_some()
}
