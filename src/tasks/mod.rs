//! What the commands and the page both do, as functions of data: nothing here reads a file, prints,
//! or asks a terminal. Who calls has loaded what is named, and shows what comes back.

mod archs;
pub mod budget;
mod compared;
mod costed;
mod edit;
mod fit;
mod planned;

pub use archs::{Arch, archs};
pub use compared::{Asked, Compared};
pub use costed::{Costed, View};
pub use edit::{Edit, edits};
pub use fit::{Fit, fit};
pub use planned::{Ingredients, Planned, Source};
