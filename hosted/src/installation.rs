//! Where this program lies, and what belongs to it: its prefix, a virtual environment, folders with packages.

use pyvm_core::modules::sys::VERSION;
use std::env;
use std::path::{Path, PathBuf};

/// What `sys` says about where the program lies.
pub struct Installation {
    /// The program as it was called: what leads there may be a link.
    pub executable: PathBuf,
    pub prefix: PathBuf,
    /// The prefix of what a virtual environment was made from; else the same.
    pub base: PathBuf,
}

/// The program as it was called: found in PATH unless its name has a folder.
fn executable(name: &Path) -> Option<PathBuf> {
    if name.as_os_str().is_empty() {
        return None;
    }
    if name.components().count() > 1 {
        return std::path::absolute(name).ok().filter(|path| path.is_file());
    }
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file()).and_then(|path| std::path::absolute(path).ok())
}

/// The folder above `bin`, else the folder that the program lies in.
fn prefix_of(executable: &Path) -> PathBuf {
    let folder = executable.parent().unwrap_or(Path::new("/"));
    let outer = folder.parent().filter(|_| folder.file_name().is_some_and(|name| name == "bin"));
    outer.unwrap_or(folder).to_path_buf()
}

/// The value of a key in `pyvenv.cfg`.
fn setting(text: &str, key: &str) -> Option<String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(key)).map(|(_, value)| value.trim().to_owned())
}

impl Installation {
    /// Looks around. `home`: what `PYTHONHOME` says.
    pub fn find(home: Option<&str>) -> Installation {
        let given = env::args_os().next().map(PathBuf::from).unwrap_or_default();
        let real = env::current_exe().unwrap_or_default();
        let executable = executable(&given).unwrap_or_else(|| real.clone());
        if let Some(home) = home {
            let (prefix, _) = home.split_once(':').unwrap_or((home, ""));
            return Installation { executable, prefix: prefix.into(), base: prefix.into() };
        }
        let base = prefix_of(&real);
        let folder = executable.parent().unwrap_or(Path::new("/")).to_path_buf();
        for place in [Some(folder.as_path()), folder.parent()].into_iter().flatten() {
            let Ok(text) = std::fs::read_to_string(place.join("pyvenv.cfg")) else { continue };
            let base = setting(&text, "home").map_or(base, |home| prefix_of(&Path::new(&home).join("python")));
            return Installation { executable, prefix: place.into(), base };
        }
        Installation { executable, prefix: base.clone(), base }
    }

    /// The folder that the library would lie in if it were not frozen.
    pub fn library(&self) -> PathBuf {
        self.base.join("lib").join(python_name())
    }

    /// Is there anything for the module `site` to do: packages, or modules that are to be run at the beginning?
    pub fn has_site(&self, search_path: &[String], user_site: bool) -> bool {
        let packages = Path::new("lib").join(python_name()).join("site-packages");
        let user = || env::var_os("PYTHONUSERBASE").map(PathBuf::from).or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".local")));
        self.prefix != self.base
            || self.prefix.join(&packages).is_dir()
            || user_site && user().is_some_and(|user| user.join(&packages).is_dir())
            || search_path.iter().filter(|folder| !folder.is_empty()).any(|folder| {
                let folder = Path::new(folder);
                ["sitecustomize", "usercustomize"].iter().any(|name| folder.join(format!("{name}.py")).is_file() || folder.join(name).is_dir())
            })
    }
}

/// `python3.14`
fn python_name() -> String {
    format!("python{}.{}", VERSION.0, VERSION.1)
}
