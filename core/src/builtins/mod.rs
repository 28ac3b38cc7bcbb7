//! The functions of module `builtins`, by theme.

pub mod attributes;
pub mod evaluate;
#[cfg(feature = "compiler")]
pub mod execution;
pub mod inspect;
pub mod io;
pub mod iterate;
pub mod numbers;
pub mod pieces;
pub mod report;
pub mod report_frames;
pub mod suggest;
pub mod text;
