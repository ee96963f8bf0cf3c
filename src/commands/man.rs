//! `mbgen man`: manual pages.

use super::print;
use crate::cli::{ManArgs, manual};
use crate::disk::write_file;
use crate::error::{Error, Result};

pub fn run(args: &ManArgs) -> Result<()> {
    let Some(folder) = &args.output else {
        return print(&manual::manual().map_err(Error::io("write", "the manual page"))?);
    };
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    for (name, page) in manual::manuals().map_err(Error::io("write", folder))? {
        let path = folder.join(name);
        write_file(&path, |out| out.write_all(&page)).map_err(Error::io("write", path))?;
    }
    Ok(())
}
