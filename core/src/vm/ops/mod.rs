//! What opcodes mean, beyond the loop's fast paths: one file a theme. Each function does one instruction for the current
//! frame; it may push or pop frames, raise, or switch py-threads.

pub mod arithmetic;
pub mod attribute;
pub mod build;
pub mod call;
pub mod compare;
pub mod control;
pub mod enter;
pub mod exceptions;
pub mod generators;
pub mod imports;
pub mod intrinsics;
pub mod iteration;
pub mod names;
pub mod patterns;
pub mod pull;
pub mod subscript;
