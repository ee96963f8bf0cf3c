//! Costs as they are shown: formats, pictures, and their size.

mod analyze;
mod arena;
mod graph;
mod scale;
mod schema;
mod tables;
