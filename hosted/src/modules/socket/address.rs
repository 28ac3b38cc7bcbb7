//! Socket addresses between Python and the operating system.

use super::names;
use crate::paths;
use pyvm_core::object::bytes;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::str::Str;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Raised, Res, Vm};
use std::ffi::OsStr;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::OsStrExt;

/// An address of any family.
#[derive(Clone, Copy)]
pub struct Address {
    pub storage: libc::sockaddr_storage,
    pub length: libc::socklen_t,
}

/// Where the path of a Unix socket begins.
const PATH_OFFSET: usize = std::mem::offset_of!(libc::sockaddr_un, sun_path);

impl Address {
    /// No address, with room for any.
    pub fn empty() -> Address {
        // SAFETY: zero is a value of every field.
        Address { storage: unsafe { std::mem::zeroed() }, length: size_of::<libc::sockaddr_storage>() as libc::socklen_t }
    }

    /// An address made of the operating system's structure `T`.
    fn new<T: Copy>(address: T) -> Address {
        let mut this = Address::empty();
        this.length = size_of::<T>() as libc::socklen_t;
        // SAFETY: `sockaddr_storage` is large enough for every kind of address.
        unsafe { (&raw mut this.storage).cast::<T>().write(address) };
        this
    }

    /// The address at `address`, of `length` bytes.
    ///
    /// # Safety
    /// They are there.
    pub unsafe fn from_raw(address: *const libc::sockaddr, length: libc::socklen_t) -> Address {
        let mut this = Address::empty();
        this.length = length.min(this.length);
        // SAFETY: the caller's and this one's room.
        unsafe { core::ptr::copy_nonoverlapping(address.cast::<u8>(), (&raw mut this.storage).cast::<u8>(), this.length as usize) };
        this
    }

    fn as_is<T: Copy>(&self) -> T {
        // SAFETY: the storage is large enough for every kind of address, and all bytes are set.
        unsafe { (&raw const self.storage).cast::<T>().read() }
    }

    pub fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    /// Where a system call writes an address.
    pub fn place(&mut self) -> (*mut libc::sockaddr, *mut libc::socklen_t) {
        ((&raw mut self.storage).cast(), &raw mut self.length)
    }

    pub fn v4(host: Ipv4Addr, port: u16) -> Address {
        // SAFETY: zero is a value of every field.
        let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
        address.sin_family = libc::AF_INET as _;
        address.sin_port = port.to_be();
        address.sin_addr.s_addr = u32::from(host).to_be();
        Address::new(address)
    }

    fn v6(host: Ipv6Addr, port: u16, flow: u32, scope: u32) -> Address {
        // SAFETY: zero is a value of every field.
        let mut address: libc::sockaddr_in6 = unsafe { std::mem::zeroed() };
        address.sin6_family = libc::AF_INET6 as _;
        address.sin6_port = port.to_be();
        address.sin6_flowinfo = flow.to_be();
        address.sin6_scope_id = scope;
        address.sin6_addr.s6_addr = host.octets();
        Address::new(address)
    }

    pub fn as_v4(&self) -> (Ipv4Addr, u16) {
        let address: libc::sockaddr_in = self.as_is();
        (Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr)), u16::from_be(address.sin_port))
    }

    pub fn as_v6(&self) -> (Ipv6Addr, u16, u32, u32) {
        let address: libc::sockaddr_in6 = self.as_is();
        (Ipv6Addr::from(address.sin6_addr.s6_addr), u16::from_be(address.sin6_port), u32::from_be(address.sin6_flowinfo), address.sin6_scope_id)
    }

    /// An IPv6 address with these fields; others as they are.
    pub fn with_scope(self, flow: u32, scope: u32) -> Address {
        match self.family() {
            libc::AF_INET6 => {
                let (host, port, _, _) = self.as_v6();
                Address::v6(host, port, flow, scope)
            }
            _ => self,
        }
    }

    fn unix(path: &[u8]) -> Option<Address> {
        // SAFETY: zero is a value of every field.
        let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
        address.sun_family = libc::AF_UNIX as _;
        let abstract_name = path.first().is_none_or(|&first| first == 0) && cfg!(target_os = "linux");
        let room = address.sun_path.len() - usize::from(!abstract_name);
        if path.len() > room {
            return None;
        }
        for (place, &byte) in address.sun_path.iter_mut().zip(path) {
            *place = byte as _;
        }
        let mut this = Address::new(address);
        this.length = (PATH_OFFSET + path.len() + usize::from(!abstract_name)) as libc::socklen_t;
        Some(this)
    }

    pub fn family(&self) -> i32 {
        i32::from(self.storage.ss_family)
    }

    /// The bytes behind the family.
    fn rest(&self, from: usize) -> &[u8] {
        // SAFETY: the storage's own bytes, all set.
        let all = unsafe { core::slice::from_raw_parts((&raw const self.storage).cast::<u8>(), size_of::<libc::sockaddr_storage>()) };
        all.get(from..self.length as usize).unwrap_or_default()
    }

    /// As Python sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_python(self, vm: &mut Vm) -> Res<Value> {
        if self.length == 0 {
            return Ok(Value::NONE);
        }
        let items = match self.family() {
            libc::AF_INET => {
                let (host, port) = self.as_v4();
                vec![vm.new_str(&host.to_string()), Value::small_int(i64::from(port))]
            }
            libc::AF_INET6 => {
                let (host, port, flow, scope) = self.as_v6();
                let host = vm.new_str(&host.to_string());
                vec![host, Value::small_int(i64::from(port)), Value::small_int(i64::from(flow)), Value::small_int(i64::from(scope))]
            }
            libc::AF_UNIX => {
                let path = self.rest(PATH_OFFSET);
                return match path.first() {
                    Some(0) if cfg!(target_os = "linux") => Ok(vm.new_bytes(path)),
                    _ => paths::text(vm, OsStr::from_bytes(path.split(|&byte| byte == 0).next().unwrap_or_default())),
                };
            }
            family => vec![Value::small_int(i64::from(family)), vm.new_bytes(self.rest(2))],
        };
        Ok(vm.new_tuple(items))
    }
}

/// An address that a program gave to `caller` for a socket of `family`.
///
/// # Errors
/// TypeError, OverflowError, OSError.
pub fn parse(vm: &mut Vm, family: i32, address: &Value, caller: &str) -> Res<Address> {
    match family {
        libc::AF_INET => {
            let items = internet(vm, address, caller, "AF_INET", 2..=2, "a pair (host, port)")?;
            let port = port(vm, items.get(1), caller)?;
            let found = names::host_address(vm, items.first(), libc::AF_INET)?;
            Ok(Address::v4(found.as_v4().0, port))
        }
        libc::AF_INET6 => {
            let items = internet(vm, address, caller, "AF_INET6", 2..=4, "a tuple (host, port[, flowinfo[, scopeid]])")?;
            let port = port(vm, items.get(1), caller)?;
            let number = |vm: &mut Vm, index: usize| items.get(index).map_or(Ok(0), |number| vm.index_i64(number));
            let flow = number(vm, 2)?;
            if !(0..=0xf_ffff).contains(&flow) {
                return Err(vm.raise(Ex::OverflowError, &format!("{caller}(): flowinfo must be 0-1048575.")));
            }
            let scope = number(vm, 3)?;
            let found = names::host_address(vm, items.first(), libc::AF_INET6)?;
            let (host, _, _, found_scope) = found.as_v6();
            Ok(Address::v6(host, port, flow as u32, if scope == 0 { found_scope } else { scope as u32 }))
        }
        libc::AF_UNIX => {
            let path = if address.get::<Str>().is_some() { unix_path(vm, address)? } else { bytes::required(vm, address)?.into_owned() };
            match Address::unix(&path) {
                Some(address) => Ok(address),
                None => Err(vm.raise(Ex::OSError, "AF_UNIX path too long")),
            }
        }
        _ => Err(vm.raise(Ex::OSError, &format!("{caller}(): bad family"))),
    }
}

/// The path of a Unix socket from a str: with null characters, as abstract names begin with one.
fn unix_path(vm: &mut Vm, path: &Value) -> Res<Vec<u8>> {
    let errors = vm.new_str("surrogateescape");
    let Some(text) = path.get::<Str>() else { return Ok(Vec::new()) };
    let encoded = pyvm_core::object::codec::encode_with(vm, text, pyvm_core::object::codec::UTF_8, errors.get::<Str>())?;
    Ok(bytes::required(vm, &encoded)?.into_owned())
}

/// The items of an Internet address.
fn internet(vm: &mut Vm, address: &Value, caller: &str, family: &str, counts: std::ops::RangeInclusive<usize>, shape: &str) -> Res<Vec<Value>> {
    let Some(items) = address.get::<Tuple>() else {
        let given = vm.type_name(address);
        return Err(vm.type_error(&format!("{caller}(): {family} address must be tuple, not {given}")));
    };
    if counts.contains(&items.items().len()) { Ok(items.items().to_vec()) } else { Err(vm.type_error(&format!("{family} address must be {shape}"))) }
}

fn port(vm: &mut Vm, port: Option<&Value>, caller: &str) -> Res<u16> {
    let out_of_range = |vm: &mut Vm| -> Raised { vm.raise(Ex::OverflowError, &format!("{caller}(): port must be 0-65535.")) };
    let Some(port) = port else { return Ok(0) };
    match vm.index_i64(port) {
        Ok(port) => u16::try_from(port).map_err(|_| out_of_range(vm)),
        Err(raised) => Err(raised),
    }
}
