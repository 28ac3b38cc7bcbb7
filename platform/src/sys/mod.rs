//! Which machine this is: the only place where the platforms part.

mod single;

pub use single::{Host, Single};

cfg_if::cfg_if! {
    if #[cfg(target_os = "linux")] {
        #[path = "linux/mod.rs"]
        mod os;
        mod unix;
        pub use unix::{Machine, Settings};
    } else if #[cfg(target_os = "macos")] {
        #[path = "macos/mod.rs"]
        mod os;
        mod unix;
        pub use unix::{Machine, Settings};
    }
}
