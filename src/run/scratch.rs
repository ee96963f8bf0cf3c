//! Where crates are built: a folder for each package, and one for what cargo makes of them all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::disk::{open_private, private_folder};
use crate::error::{Error, Result};

/// The variable that names another folder than the user's cache.
pub const VARIABLE: &str = "MBGEN_CACHE";

/// The scratch folder of one package, for one process at a time. What is in it is compiled and run, so
/// nobody else may write there.
pub struct Scratch {
    root: PathBuf,
    package: String,
    // Unlocked when it is dropped.
    _lock: File,
}

impl Scratch {
    /// Opens the scratch folder of a package; waits while another process has it.
    ///
    /// # Errors
    /// Where there is no folder of the user's own.
    pub fn open(package: &str) -> Result<Self> {
        let root = root(|name| std::env::var_os(name), std::env::home_dir).ok_or_else(|| {
            let message = format!(
                "no folder to build in: this user has no home; {VARIABLE} names a folder for it"
            );
            Error::Usage(message)
        })?;
        Self::open_in(&root, package)
    }

    fn open_in(root: &Path, package: &str) -> Result<Self> {
        let root = private_folder(root).map_err(|error| {
            let message =
                format!("no folder to build in: {error}; {VARIABLE} names another folder");
            Error::Input { path: root.to_owned(), message }
        })?;
        let path = root.join(format!("{package}.lock"));
        let lock = open_private(&path).map_err(Error::io("open", &path))?;
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
            let write = |mut file: File| file.set_len(0).and_then(|()| file.write_all(content));
            open_private(&path).and_then(write).map_err(Error::io("write", &path))?;
        }
        Ok(path)
    }

    /// The folder that holds the crates of all packages.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// `mbgen` in the user's cache folder.
fn root(
    variable: impl Fn(&str) -> Option<OsString>,
    home: impl Fn() -> Option<PathBuf>,
) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(root) = folder(VARIABLE) {
        return Some(root);
    }
    // A relative path is invalid there, says the XDG specification.
    let absolute = |path: &PathBuf| path.is_absolute();
    let home = || home().filter(absolute);
    let cache = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Caches"))
    } else {
        let xdg = folder("XDG_CACHE_HOME").filter(absolute);
        xdg.or_else(|| home().map(|home| home.join(".cache")))
    };
    cache.map(|cache| cache.join("mbgen"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_wins() {
        let home = || Some("/home/ada".into());
        let chosen = root(|name| (name == VARIABLE).then(|| "/somewhere".into()), home);
        assert_eq!(chosen.unwrap(), Path::new("/somewhere"));
        let empty = |name: &str| (name == VARIABLE).then(OsString::new);
        assert_eq!(root(empty, home), root(|_| None, home));
        assert_eq!(root(empty, || None), None);
        assert_eq!(root(empty, || Some("".into())), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn caches_follow_the_xdg_specification() {
        let with = |xdg: &'static str| {
            root(
                move |name| (name == "XDG_CACHE_HOME").then(|| xdg.into()),
                || Some("/home/ada".into()),
            )
        };
        assert_eq!(with("/fast").unwrap(), Path::new("/fast/mbgen"));
        assert_eq!(with("relative").unwrap(), Path::new("/home/ada/.cache/mbgen"));
    }

    #[test]
    fn one_package_has_one_user() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::open_in(&folder.path().join("new"), "net").unwrap();
        let path = folder.path().join("new/net.lock");
        assert!(File::open(&path).unwrap().try_lock().is_err());
        assert_eq!(fs::read(scratch.file("a", b"b").unwrap()).unwrap(), b"b");
        drop(scratch);
        File::open(&path).unwrap().try_lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_of_others_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("cache");
        drop(Scratch::open_in(&root, "net").unwrap());
        let precious = folder.path().join("precious");
        fs::write(&precious, "mine").unwrap();
        std::os::unix::fs::symlink(&precious, root.join("other.lock")).unwrap();
        std::os::unix::fs::symlink(&precious, root.join("coffee.png")).unwrap();
        let error = Scratch::open_in(&root, "other").err().unwrap().to_string();
        assert!(error.contains("cannot open") && error.contains("other.lock"), "{error}");
        let scratch = Scratch::open_in(&root, "net").unwrap();
        assert!(scratch.file("coffee.png", b"coffee").is_err());
        assert_eq!(fs::read_to_string(&precious).unwrap(), "mine");
    }

    #[cfg(unix)]
    #[test]
    fn folders_that_others_can_write_to_are_refused() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let shared = folder.path().join("shared");
        let root = shared.join("cache");
        let set = |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode));
        let refusal = || Scratch::open_in(&root, "net").err().map(|error| error.to_string());
        assert_eq!(refusal(), None);
        assert_eq!(fs::metadata(&root).unwrap().mode() & 0o777, 0o700);
        for mode in [0o770, 0o702, 0o777] {
            set(&root, mode).unwrap();
            let error = refusal().unwrap();
            assert!(
                error.contains("others may have written") && error.contains(VARIABLE),
                "{error}"
            );
        }
        set(&root, 0o755).unwrap();
        assert_eq!(refusal(), None);
        set(&shared, 0o777).unwrap();
        let error = refusal().unwrap();
        assert!(error.contains("everybody may replace") && error.contains("shared"), "{error}");
        // As in a folder for temporary files: only owners rename what is there.
        set(&shared, 0o1777).unwrap();
        assert_eq!(refusal(), None);
        // Only root can give a folder away.
        if chown(&root, Some(12345), None).is_ok() {
            let error = refusal().unwrap();
            assert!(error.contains("belongs to another user (uid 12345)"), "{error}");
        }
    }
}
