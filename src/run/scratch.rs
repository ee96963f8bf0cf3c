//! Where crates are built: a folder for each package, and one for what cargo makes of them all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The variable that names another folder than the user's cache.
pub const VARIABLE: &str = "MBGEN_CACHE";

/// The scratch folder of one package, for one process at a time.
pub struct Scratch {
    root: PathBuf,
    package: String,
    // Unlocked when it is dropped.
    _lock: File,
}

impl Scratch {
    /// Opens the scratch folder of a package; waits while another process has it.
    pub fn open(package: &str) -> Result<Self> {
        Self::open_in(root(|name| std::env::var_os(name)), package)
    }

    fn open_in(root: PathBuf, package: &str) -> Result<Self> {
        fs::create_dir_all(&root).map_err(Error::io("create", &root))?;
        let path = root.join(format!("{package}.lock"));
        let lock = File::create(&path).map_err(Error::io("create", &path))?;
        lock.lock().map_err(Error::io("lock", &path))?;
        Ok(Self { root, package: package.to_owned(), _lock: lock })
    }

    /// The folder of the crate, which need not exist.
    pub fn crate_folder(&self) -> PathBuf {
        self.root.join(&self.package)
    }

    /// Cargo's target folder.
    pub fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Puts a file beside the crates.
    pub fn file(&self, name: &str, content: &[u8]) -> Result<PathBuf> {
        let path = self.root.join(name);
        let there = fs::read(&path).is_ok_and(|found| found == content);
        if !there {
            fs::write(&path, content).map_err(Error::io("write", &path))?;
        }
        Ok(path)
    }

    /// The folder that holds the crates of all packages.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// `mbgen` in the user's cache folder; in that for temporary files where there is none.
fn root(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(root) = folder(VARIABLE) {
        return root;
    }
    let home = || folder("HOME");
    let cache = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Caches"))
    } else {
        // A relative path is invalid there, says the XDG specification.
        let xdg = folder("XDG_CACHE_HOME").filter(|path| path.is_absolute());
        xdg.or_else(|| home().map(|home| home.join(".cache")))
    };
    cache.unwrap_or_else(std::env::temp_dir).join("mbgen")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_wins() {
        let chosen = root(|name| (name == VARIABLE).then(|| "/somewhere".into()));
        assert_eq!(chosen, Path::new("/somewhere"));
        let none = root(|_| None);
        assert_eq!(none, std::env::temp_dir().join("mbgen"));
        let empty = root(|name| (name == VARIABLE).then(OsString::new));
        assert_eq!(empty, none);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn caches_follow_the_xdg_specification() {
        let with = |xdg: &'static str| {
            root(move |name| match name {
                "XDG_CACHE_HOME" => Some(xdg.into()),
                "HOME" => Some("/home/ada".into()),
                _ => None,
            })
        };
        assert_eq!(with("/fast"), Path::new("/fast/mbgen"));
        assert_eq!(with("relative"), Path::new("/home/ada/.cache/mbgen"));
    }

    #[test]
    fn one_package_has_one_user() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::open_in(folder.path().join("new"), "net").unwrap();
        let path = folder.path().join("new/net.lock");
        assert!(File::open(&path).unwrap().try_lock().is_err());
        assert_eq!(fs::read(scratch.file("a", b"b").unwrap()).unwrap(), b"b");
        drop(scratch);
        File::open(&path).unwrap().try_lock().unwrap();
    }
}
