//! The frozen standard library: what `build.rs` made of it, found by name. Nothing is read or decoded that is not imported.

use pyvm_core::vm::host::{Frozen, FrozenCode, FrozenModules, VerifiedImage};

/// A module in [`BYTES`]: its image, and its deflated source behind that.
struct Entry {
    name: &'static str,
    package: bool,
    image: u32,
    source: u32,
    end: u32,
}

include!(concat!(env!("OUT_DIR"), "/frozen.rs"));

static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/frozen.bin"));

/// The library of the desktop.
pub struct Library;

fn find(name: &str) -> Option<&'static Entry> {
    let index = INDEX.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
    INDEX.get(index)
}

fn bytes(start: u32, end: u32) -> &'static [u8] {
    BYTES.get(start as usize..end as usize).unwrap_or_default()
}

impl FrozenModules for Library {
    fn find(&self, name: &str) -> Option<Frozen> {
        let entry = find(name)?;
        // SAFETY: `build.rs` wrote the image, with this very core, after verifying the code.
        let image = unsafe { VerifiedImage::new(bytes(entry.image, entry.source)) };
        Some(Frozen { name: entry.name, code: FrozenCode::Image(image), package: entry.package })
    }

    fn source(&self, name: &str) -> Option<Vec<u8>> {
        let entry = find(name)?;
        miniz_oxide::inflate::decompress_to_vec(bytes(entry.source, entry.end)).ok()
    }

    fn names(&self) -> Vec<&'static str> {
        INDEX.iter().map(|entry| entry.name).collect()
    }
}
