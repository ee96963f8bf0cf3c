//! The mbgen command.

fn main() {}
