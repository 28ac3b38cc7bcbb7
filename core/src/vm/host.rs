//! What the program that embeds the VM tells it: arguments, paths, where source lines come from.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Gives the text of a line (from 1) of a source file, without its newline.
pub type SourceLine = Box<dyn Fn(&str, u32) -> Option<String>>;

/// The host's side of a VM.
pub struct Host {
    /// `sys.argv`
    pub arguments: Vec<String>,
    /// `sys.path`
    pub search_path: Vec<String>,
    /// `sys.executable`
    pub executable: String,
    /// `sys.platform`
    pub platform_name: &'static str,
    /// Whether standard input, output and error are terminals.
    pub terminals: [bool; 3],
    /// Source lines for tracebacks.
    pub source_line: Option<SourceLine>,
    /// Source texts that lie in no file (`-c`, `<stdin>`, `compile()`), by file name.
    pub sources: Vec<(String, String)>,
}

impl Default for Host {
    fn default() -> Host {
        Host {
            arguments: Vec::new(),
            search_path: Vec::new(),
            executable: String::new(),
            platform_name: "pyvm",
            terminals: [false; 3],
            source_line: None,
            sources: Vec::new(),
        }
    }
}

impl Host {
    /// A line (from 1) of a source file, without its newline.
    pub fn line(&self, filename: &str, line: u32) -> Option<String> {
        let index = (line as usize).checked_sub(1)?;
        if let Some((_, text)) = self.sources.iter().find(|(name, _)| name == filename) {
            return text.lines().nth(index).map(String::from);
        }
        self.source_line.as_ref().and_then(|source_line| source_line(filename, line))
    }
}
