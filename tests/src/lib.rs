//! Helpers shared by the integration suites and the benchmark: finding the interpreter under test, running a
//! program with a time limit, and showing how two texts differ.

pub mod program;
pub mod text;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// The interpreter under test: `$PYVM` where that is set, else the `pyvm` of the profile this executable was built
/// with, brought up to date by cargo first.
///
/// # Errors
/// What went wrong with building or finding it.
pub fn interpreter() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("PYVM") {
        return Ok(path.into());
    }
    // .../target[/TRIPLE]/PROFILE/deps/THIS
    let this = std::env::current_exe().map_err(|error| format!("current_exe: {error}"))?;
    let profile = this.ancestors().nth(2).ok_or("the test executable has no build folder")?;
    let parent = profile.parent().ok_or("the build folder has no parent")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", "pyvm"]).current_dir(repository());
    if profile.file_name().is_some_and(|name| name == "release") {
        cargo.arg("--release");
    }
    let triple = parent.file_name().filter(|name| name.to_string_lossy().matches('-').count() >= 2);
    match (triple, parent.parent()) {
        (Some(triple), Some(target)) => cargo.arg("--target").arg(triple).arg("--target-dir").arg(target),
        _ => cargo.arg("--target-dir").arg(parent),
    };
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err(format!("`cargo build --package pyvm` failed: {status}"));
    }
    Ok(profile.join(format!("pyvm{}", std::env::consts::EXE_SUFFIX)))
}
