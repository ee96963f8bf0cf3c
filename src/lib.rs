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
//! a plan runs in process ([`exec`]) and as constants of a crate ([`codegen`]) with the same code, and both
//! are held to [`mod@reference`].
//!
//! # The rooms
//!
//! Each uses those above it alone.
//!
//! | room | what it knows | a change that goes here |
//! |---|---|---|
//! | [`escape`], [`suggest`], [`quantity`], [`json`], [`text`] | words and numbers: made harmless, meant perhaps, read, written | a place that text goes to, a unit |
//! | [`yaml`] | trees with places, and what is wrong with them | how errors are shown |
//! | [`error`] | the one error type and its exit codes | |
//! | [`asset`] | files of this repository that go into pages and crates | |
//! | [`input`] | files of others, read within bounds | |
//! | [`interrupt`], [`disk`], [`output`] | signals; how files are replaced and nothing of others is lost | |
//! | [`spec`] | the language of specs; no graph | a key of the language |
//! | [`layer`] | kinds of layers: shape, parameters, MACs | a kind of layer |
//! | [`graph`] | which layer reads which tensor; petgraph | |
//! | [`block`] | a building block each file: entries of a spec to layers | a block |
//! | [`kernels`] | how a step runs; shipped byte for byte | speed, an instruction set |
//! | [`weights`] | safetensors and folding | a file format, an element type |
//! | [`mod@reference`] | the definition of every layer, in f64 | a kind of layer |
//! | [`initialise`] | weights for networks that nobody has trained | |
//! | [`machine`] | what one core can do: files, and the measurement | a figure of a machine |
//! | [`plan`] | fusion, schedule and its overrides, arena, packing | what runs |
//! | [`exec`] | a plan in process | |
//! | [`analysis`] | numbers, no presentation | a figure |
//! | [`gate`] | limits and baselines | a metric |
//! | [`report`] | a format each file, no counting | a format |
//! | [`codegen`] | a plan as text; Tera | the generated crate, with `templates/` |
//! | [`tasks`] | what the commands and the page both do | |
//! | [`run`] | cargo, and the user's cache | |
//! | [`server`] | HTTP on loopback; what it serves is given | |
//! | [`cli`], [`commands`] | clap; a command each file | the command line |
//!
//! # Words
//!
//! One word for one thing, in code, messages and documents.
//!
//! | word | what it is |
//! |---|---|
//! | spec | a YAML file that describes a network, and what is read from it |
//! | variant | what the command line changes of a spec: width, resolution, classes |
//! | stage, block | a named list of blocks; a building block of a paper, several layers |
//! | layer | one operation of the graph, with the batch normalisation and activation after it |
//! | width multiplier | α, which scales channels (MobileNetV1 paper, section 3.3) |
//! | row | one line of a report: a layer, block or stage; or a row of a map, where it is a size |
//! | part | the layers that always run in one step: what a schedule names |
//! | step | one constant of a generated network: one part, or several that run depth first |
//! | unit | a depthwise convolution of a step, with the dense one before it |
//! | projection | the pointwise convolution at the end of a step's units |
//! | panel | neighbouring channels whose weights, and perhaps activations, lie together |
//! | band | output rows of a depthwise convolution that are made at a time |
//! | ring | the rows between a dense convolution and its depthwise one, kept in turn |
//! | split | how threads share a step: by rows, or by panels |
//! | arena | the memory of all activations: a part that threads share, and scratch for each |
//! | blob | the file of packed weights |
//! | schedule | panel, band, split and fusion of each part; a file of them overrides the planner's |
//! | machine | what one core attains: a file, measured once |
//! | metric, limit, budget | a cost with one name and unit; the most that it may be; a limit in a spec |
//! | baseline | a file of what networks cost when somebody last agreed to it |
//! | reference, oracle | the naive executor in f64, to which everything is held |
//! | golden | of a value: computed once by the oracle, and kept in a file to compare with |
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
//! measured here is what runs there. It is a package of its own, so that tests run optimised kernels
//! while the rest compiles in seconds; the loops of the oracle are there for the same reason, in a file
//! that is not shipped.
//!
//! **All `unsafe` is in `kernels`.** Generated code contains none. *Why:* one place to audit.
//!
//! **The oracle shares no code with what it checks.** [`mod@reference`] works on the graph, not on
//! the plan, and in f64 ([`kernels::naive`]). *Why:* a mistake in planning, packing or a kernel cannot
//! hide in it.
//!
//! **Every element is computed in the same order, whatever the number of threads.** *Why:* results are
//! the same bits, so that a difference is always a bug.
//!
//! **No input can make mbgen panic**, allocate without bound or write half a crate. Errors name the
//! file, the place in it, what is wrong and what is allowed, all problems of a spec at once.
//!
//! **A counting convention is stated where it is counted** and printed under every table. Figures are
//! pinned to published ones in tests. *Why:* golden files alone would bless a miscount.

#![forbid(unsafe_code)]

pub mod analysis;
pub mod asset;
pub mod block;
#[cfg(feature = "cli")]
pub mod cli;
pub mod codegen;
#[cfg(feature = "cli")]
pub mod commands;
#[cfg(feature = "cli")]
pub mod disk;
pub mod error;
pub mod escape;
pub mod exec;
pub mod gate;
pub mod graph;
pub mod initialise;
pub mod input;
#[cfg(feature = "cli")]
pub mod interrupt;
pub mod json;
pub mod layer;
pub mod machine;
#[cfg(feature = "cli")]
pub mod output;
pub mod plan;
pub mod quantity;
pub mod reference;
pub mod report;
#[cfg(feature = "cli")]
pub mod run;
#[cfg(feature = "cli")]
pub mod server;
pub mod spec;
pub mod suggest;
pub mod tasks;
pub mod text;
pub mod weights;
pub mod yaml;

pub use mbgen_kernels as kernels;
