//! `mbgen man`: manual pages.

use super::print;
use crate::cli::{self, ManArgs};
use crate::error::{Error, Result};

pub fn run(args: &ManArgs) -> Result<()> {
    match &args.output {
        Some(folder) => cli::write_manuals(folder).map_err(Error::io("write", folder)),
        None => print(&cli::manual().map_err(Error::io("write", "the manual page"))?),
    }
}
