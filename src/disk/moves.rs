//! Renames that are all made, or all taken back.

use std::fs;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use super::rename::{exchange, move_aside, move_to};

/// What was done so far.
#[derive(Debug, Default)]
pub struct Moves {
    done: Vec<Move>,
}

#[derive(Debug)]
enum Move {
    /// What the first names was at the second before.
    Moved(PathBuf, PathBuf),
    Exchanged(PathBuf, PathBuf),
    MadeFolder(PathBuf),
}

impl Moves {
    /// Moves a file or folder to a name that must be free.
    pub fn move_to(&mut self, from: &Path, to: &Path) -> Result<()> {
        move_to(from, to)?;
        self.done.push(Move::Moved(to.to_owned(), from.to_owned()));
        Ok(())
    }

    /// Moves a file or folder to a free name beside `place`, and returns that name.
    pub fn move_aside(&mut self, from: &Path, place: &Path) -> Result<PathBuf> {
        let aside = move_aside(from, place)?;
        self.done.push(Move::Moved(aside.clone(), from.to_owned()));
        Ok(aside)
    }

    /// Swaps what two names name.
    pub fn exchange(&mut self, ours: &Path, theirs: &Path) -> Result<()> {
        exchange(ours, theirs)?;
        self.done.push(Move::Exchanged(ours.to_owned(), theirs.to_owned()));
        Ok(())
    }

    /// Makes a folder where there is none.
    pub fn make_folder(&mut self, folder: &Path) -> Result<()> {
        match fs::create_dir(folder) {
            Ok(()) => self.done.push(Move::MadeFolder(folder.to_owned())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Takes everything back, the last first, as far as it goes.
    ///
    /// # Errors
    /// The first move that could not be taken back; those before it stand.
    pub fn undo(self) -> Result<()> {
        for step in self.done.into_iter().rev() {
            match step {
                Move::Moved(is, was) => move_to(&is, &was)?,
                Move::Exchanged(ours, theirs) => exchange(&ours, &theirs)?,
                // Somebody may have put something there.
                Move::MadeFolder(folder) => drop(fs::remove_dir(folder)),
            }
        }
        Ok(())
    }
}
