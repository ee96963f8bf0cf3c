//! The language of specs: what is read, what is refused, and its schema.

mod errors;
mod load;
mod mutations;
mod preprocess;
mod schema;
