//! mbgen: cost accounting and Rust code generation for networks of the MobileNet family.
//!
//! This page is the map. The command line is described in the README; each room describes itself.
//!
//! # The pipeline
//!
//! ```text
//! archs/*.yaml ─ spec ─ block ─ graph ─┬─ reference   the oracle: naive, f64
//!                                      ├─ analysis ─ gate ─ report   table csv json markdown ..
//!                                      │    │
//!                 weights: load,       ├── plan   fused steps, one arena, packed weights
//!                 initialise, fold ────┘    │
//!                                           ├─ exec      runs a plan in process
//!                                           └─ codegen   writes a crate, kernels included
//!                                                │
//!                                               run      builds it and shows it a photo
//! ```
//!
//! A spec copies a table of a paper. [`block`] expands it into layers, which [`graph`] connects and
//! gives shapes; the names of layers are those of the PyTorch modules, so that weights load without a
//! mapping. [`analysis`] counts on the graph. [`plan`] decides what runs: which layers fuse into one
//! step, in which bands and panels, where each tensor lies, in which order the weights are read; a file
//! of schedules overrides what it would choose. The steps are the very data that [`kernels`] take, so
//! a plan runs in process ([`exec`]) and unrolled in a crate ([`codegen`]) with the same code, and both
//! are held to [`mod@reference`].
//!
//! # The rooms
//!
//! | room | what it knows | a change that goes here |
//! |---|---|---|
//! | [`spec`] | YAML and its errors; no graph | a key of the language |
//! | [`layer`] | kinds of layers: shape, parameters, MACs | a kind of layer |
//! | [`graph`] | which layer reads which tensor; petgraph | |
//! | [`block`] | a building block each file: entries of a spec to layers | a block |
//! | [`weights`] | safetensors, initialisation, folding | a file format, an element type |
//! | [`mod@reference`] | the definition of every layer, in f64 | a kind of layer |
//! | [`kernels`] | how a step runs; shipped byte for byte | speed, an instruction set |
//! | [`machine`] | what one core can do: files, and the measurement | a figure of a machine |
//! | [`plan`] | fusion, schedule and its overrides, arena, packing | what runs |
//! | [`analysis`] | numbers, no presentation | a figure |
//! | [`gate`] | limits and baselines | a metric |
//! | [`report`] | a format each file, no counting | a format |
//! | [`exec`] | a plan in process | |
//! | [`codegen`] | a plan as text; Tera | the generated crate, with `templates/` |
//! | [`run`] | cargo, and the user's cache | |
//! | [`disk`] | how files are replaced, and nothing of others lost | |
//! | [`interrupt`] | signals, and children that end with mbgen | |
//! | [`commands`], [`cli`] | a command each file; clap | the command line |
//!
//! # Invariants
//!
//! **Dependencies run one way**, up the table; `tests/tidy.rs` has the order and holds it. A library
//! is known to one room alone: petgraph to `graph`, comfy-table to `report`, the YAML crate to `yaml`,
//! clap to `cli` and `main`, Tera to `codegen` and to the pages of `report`.
//! *Why:* each can be replaced without reading the rest.
//!
//! **The host is never asked**, except by `mbgen machine`, which measures it into a file. A plan and
//! its predicted time follow from the spec, a machine's file (a shipped one by default) and one of
//! schedules (none by default); a generated crate has no dates, no paths, nothing of the machine that
//! made it. *Why:* the same input gives the same bytes, so that generated code can be checked in and
//! checked. The instruction set is chosen when the crate runs.
//!
//! **`kernels` uses nothing of mbgen**, only `core` (and `std` to detect the CPU), and contains no
//! tests. *Why:* the files go into generated crates as they are; what is compiled, linted, tested and
//! measured here is what runs there.
//!
//! **All `unsafe` is in `kernels`.** Generated code contains none. *Why:* one place to audit.
//!
//! **The oracle shares no code with what it checks.** [`mod@reference`] works on the graph, not on
//! the plan, and in f64. *Why:* a mistake in planning, packing or a kernel cannot hide in it.
//!
//! **Every element is computed in the same order, whatever the number of threads.** *Why:* results are
//! the same bits, so that a difference is always a bug.
//!
//! **No input can make mbgen panic**, allocate without bound or write half a crate. Errors name the
//! file, the place in it, what is wrong and what is allowed, all problems of a spec at once.
//!
//! **A counting convention is stated where it is counted** and printed under every table. Figures are
//! pinned to published ones in tests. *Why:* golden files alone would bless a miscount.

#![deny(unsafe_code)]

pub mod analysis;
pub mod block;
pub mod cli;
pub mod codegen;
pub mod commands;
pub mod disk;
pub mod error;
pub mod escape;
pub mod exec;
pub mod gate;
pub mod graph;
pub mod initialise;
pub mod interrupt;
pub mod json;
pub mod kernels;
pub mod layer;
pub mod machine;
pub mod output;
pub mod plan;
pub mod quantity;
pub mod reference;
pub mod report;
pub mod run;
pub mod spec;
mod suggest;
pub mod text;
pub mod weights;
pub mod yaml;
