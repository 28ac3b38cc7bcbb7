//! pyvm-platform: the machine below the VM.
#![no_std]
