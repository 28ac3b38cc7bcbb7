//! Names of hosts, services, protocols and interfaces. The system's resolver is asked in blocking calls.

use super::address::Address;
use super::text_or_bytes;
use crate::modules::posix::int_argument;
use crate::modules::waiting::os_error;
use pyvm_core::modules;
use pyvm_core::object::bytes;
use pyvm_core::object::class::Class;
use pyvm_core::object::exception::{self, Ex};
use pyvm_core::object::header::Kind;
use pyvm_core::object::str::Str;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Raised, Res, Vm, argument};
use std::ffi::{CStr, CString};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

/// `gaierror(number, text)`, or the resolver's own system error.
fn resolver_error(vm: &mut Vm, number: i32) -> Raised {
    if number == libc::EAI_SYSTEM {
        return os_error(vm, &io::Error::last_os_error());
    }
    // SAFETY: a constant text for every number.
    let text = unsafe { CStr::from_ptr(libc::gai_strerror(number)) }.to_string_lossy().into_owned();
    raise_as(vm, "gaierror", number, &text)
}

/// Raises one of the module's classes derived from OSError.
fn raise_as(vm: &mut Vm, name: &str, number: i32, text: &str) -> Raised {
    let arguments = vec![Value::small_int(i64::from(number)), vm.new_str(text)];
    let exception = match modules::attribute(vm, "_socket", name) {
        Some(class) if class.get::<Class>().is_some() => {
            // SAFETY: just checked.
            let class = unsafe { class.get_unchecked::<Class>() };
            exception::create_of(vm, class, Ex::OSError, arguments)
        }
        _ => exception::create(vm, Ex::OSError, arguments),
    };
    vm.raise_value(exception)
}

/// What to look up.
struct Query {
    host: Option<CString>,
    service: Option<CString>,
    family: i32,
    kind: i32,
    protocol: i32,
    flags: i32,
}

/// What the resolver found.
struct Found {
    family: i32,
    kind: i32,
    protocol: i32,
    name: String,
    address: Address,
}

fn resolve(vm: &mut Vm, query: &Query) -> Res<Vec<Found>> {
    // SAFETY: zero is a value of every field.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_family = query.family;
    hints.ai_socktype = query.kind;
    hints.ai_protocol = query.protocol;
    hints.ai_flags = query.flags;
    let pointer = |text: &Option<CString>| text.as_ref().map_or(core::ptr::null(), |text| text.as_ptr());
    let (host, service) = (pointer(&query.host), pointer(&query.service));
    let (outcome, found) = vm.blocking(|| {
        let mut list: *mut libc::addrinfo = core::ptr::null_mut();
        // SAFETY: the texts end with zero bytes and outlive the call; the list is freed below.
        let outcome = unsafe { libc::getaddrinfo(host, service, &raw const hints, &raw mut list) };
        let mut found = Vec::new();
        let mut next = list;
        // SAFETY: a list as the resolver made it.
        while outcome == 0
            && let Some(entry) = unsafe { next.as_ref() }
        {
            let name = if entry.ai_canonname.is_null() {
                String::new()
            } else {
                // SAFETY: a text of the list.
                unsafe { CStr::from_ptr(entry.ai_canonname) }.to_string_lossy().into_owned()
            };
            // SAFETY: an address of the list.
            let address = unsafe { Address::from_raw(entry.ai_addr, entry.ai_addrlen) };
            found.push(Found { family: entry.ai_family, kind: entry.ai_socktype, protocol: entry.ai_protocol, name, address });
            next = entry.ai_next;
        }
        if !list.is_null() {
            // SAFETY: made by getaddrinfo, freed once.
            unsafe { libc::freeaddrinfo(list) };
        }
        (outcome, found)
    });
    if outcome == 0 { Ok(found) } else { Err(resolver_error(vm, outcome)) }
}

/// A name as the operating system wants it.
fn name(vm: &mut Vm, value: &Value) -> Res<CString> {
    let text = text_or_bytes(vm, value)?;
    CString::new(text).map_err(|_| vm.type_error("host name must not contain null character"))
}

/// The first address of `family` (0: any) of the host that an address names.
///
/// # Errors
/// TypeError, gaierror.
pub fn host_address(vm: &mut Vm, host: Option<&Value>, family: i32) -> Res<Address> {
    let Some(host) = host else { return Ok(Address::v4(Ipv4Addr::UNSPECIFIED, 0)) };
    let host = name(vm, host)?;
    let text = host.to_str().unwrap_or_default();
    match (text, family) {
        ("", libc::AF_INET) => return Ok(Address::v4(Ipv4Addr::UNSPECIFIED, 0)),
        ("<broadcast>" | "255.255.255.255", libc::AF_INET | libc::AF_UNSPEC) => return Ok(Address::v4(Ipv4Addr::BROADCAST, 0)),
        ("<broadcast>", _) => return Err(vm.raise(Ex::OSError, "address family mismatched")),
        _ => {}
    }
    // The common case without the resolver.
    if family != libc::AF_INET6
        && let Ok(host) = text.parse::<Ipv4Addr>()
    {
        return Ok(Address::v4(host, 0));
    }
    let query = if text.is_empty() {
        Query { host: None, service: CString::new("0").ok(), family, kind: libc::SOCK_DGRAM, protocol: 0, flags: libc::AI_PASSIVE }
    } else {
        Query { host: Some(host), service: None, family, kind: 0, protocol: 0, flags: 0 }
    };
    match resolve(vm, &query)?.into_iter().next() {
        Some(found) => Ok(found.address),
        None => Err(resolver_error(vm, libc::EAI_NONAME)),
    }
}

pub fn getaddrinfo(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let given = |index: usize| argument(arguments, index).filter(|value| !value.is_none());
    let host = match given(0) {
        Some(host) if host.get::<Str>().is_some() || bytes::is_bytes_like(host) => Some(name(vm, host)?),
        Some(_) => return Err(vm.type_error("getaddrinfo() argument 1 must be string or None")),
        None => None,
    };
    let service = match given(1) {
        Some(service) if service.get::<Str>().is_some() || bytes::is_bytes_like(service) => Some(name(vm, service)?),
        Some(service) if service.kind() == Kind::Int => {
            let number = vm.index_i64(service)?;
            CString::new(number.to_string()).ok()
        }
        Some(_) => return Err(vm.raise(Ex::OSError, "Int or String expected")),
        None => None,
    };
    let number = |vm: &mut Vm, index: usize| int_argument(vm, arguments, index, 0);
    let (family, kind, protocol, flags) = (number(vm, 2)?, number(vm, 3)?, number(vm, 4)?, number(vm, 5)?);
    let query = Query { host, service, family, kind, protocol, flags };
    let mut entries = Vec::new();
    for found in resolve(vm, &query)? {
        let numbers = [found.family, found.kind, found.protocol].map(|number| Value::small_int(i64::from(number)));
        let (name, address) = (vm.new_str(&found.name), found.address.to_python(vm)?);
        let entry = numbers.into_iter().chain([name, address]).collect();
        entries.push(vm.new_tuple(entry));
    }
    Ok(vm.new_list(entries))
}

/// The names of an address and its service.
fn lookup_names(vm: &mut Vm, address: Address, flags: i32) -> Result<(String, String), i32> {
    let (outcome, host, service) = vm.blocking(|| {
        let (mut host, mut service) = ([0; 1025], [0; 32]);
        // SAFETY: the lengths are those of the buffers.
        let outcome =
            unsafe { libc::getnameinfo(address.pointer(), address.length, host.as_mut_ptr(), host.len() as _, service.as_mut_ptr(), service.len() as _, flags) };
        // SAFETY: texts that end in the buffers, which were zero before.
        let text = |buffer: &[libc::c_char]| unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_string_lossy().into_owned();
        (outcome, text(&host), text(&service))
    });
    if outcome == 0 { Ok((host, service)) } else { Err(outcome) }
}

pub fn getnameinfo(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(address) = argument(arguments, 0).and_then(|address| address.get::<Tuple>()) else {
        return Err(vm.type_error("getnameinfo() argument 1 must be a tuple"));
    };
    let items = address.items().to_vec();
    if !(2..=4).contains(&items.len()) {
        return Err(vm.type_error("getnameinfo(): illegal sockaddr argument"));
    }
    let flags = int_argument(vm, arguments, 1, 0)?;
    let (Some(host), Some(port)) = (items.first(), items.get(1)) else { return Ok(Value::NONE) };
    let (host, port) = (name(vm, host)?, vm.index_i64(port)?);
    let rest = items.get(2..).unwrap_or_default();
    let flow = rest.first().map_or(Ok(0), |flow| vm.index_i64(flow))?;
    if !(0..=0xf_ffff).contains(&flow) {
        return Err(vm.raise(Ex::OverflowError, "getnameinfo(): flowinfo must be 0-1048575."));
    }
    let service = CString::new(port.to_string()).ok();
    let query = Query { host: Some(host), service, family: libc::AF_UNSPEC, kind: libc::SOCK_DGRAM, protocol: 0, flags: libc::AI_NUMERICHOST };
    let mut found = resolve(vm, &query)?.into_iter();
    let Some(first) = found.next() else { return Err(resolver_error(vm, libc::EAI_NONAME)) };
    if found.next().is_some() {
        return Err(vm.raise(Ex::OSError, "sockaddr resolved to multiple addresses"));
    }
    if first.family == libc::AF_INET && items.len() != 2 {
        return Err(vm.raise(Ex::OSError, "IPv4 sockaddr must be 2 tuple"));
    }
    let scope = rest.get(1).map_or(Ok(0), |scope| vm.index_i64(scope))?;
    match lookup_names(vm, first.address.with_scope(flow as u32, scope as u32), flags) {
        Ok((host, service)) => {
            let names = vec![vm.new_str(&host), vm.new_str(&service)];
            Ok(vm.new_tuple(names))
        }
        Err(number) => Err(resolver_error(vm, number)),
    }
}

/// `host` of a function's first argument.
fn host(arguments: &[Value]) -> Option<&Value> {
    argument(arguments, 0)
}

pub fn gethostbyname(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (address, _) = host_address(vm, host(arguments), libc::AF_INET)?.as_v4();
    Ok(vm.new_str(&address.to_string()))
}

/// `(name, aliases, addresses)`
fn host_entry(vm: &mut Vm, name: &str, addresses: &[Address]) -> Value {
    let addresses: Vec<Value> = addresses
        .iter()
        .map(|address| {
            let text = if address.family() == libc::AF_INET6 { address.as_v6().0.to_string() } else { address.as_v4().0.to_string() };
            vm.new_str(&text)
        })
        .collect();
    let (name, aliases, addresses) = (vm.new_str(name), vm.new_list(Vec::new()), vm.new_list(addresses));
    vm.new_tuple(vec![name, aliases, addresses])
}

pub fn gethostbyname_ex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let host = host(arguments).cloned().unwrap_or(Value::NONE);
    let query = Query { host: Some(name(vm, &host)?), service: None, family: libc::AF_INET, kind: libc::SOCK_STREAM, protocol: 0, flags: libc::AI_CANONNAME };
    let found = resolve(vm, &query)?;
    let name = found.first().map(|found| found.name.clone()).unwrap_or_default();
    let addresses: Vec<Address> = found.iter().map(|found| found.address).collect();
    Ok(host_entry(vm, &name, &addresses))
}

pub fn gethostbyaddr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let address = host_address(vm, host(arguments), libc::AF_UNSPEC)?;
    match lookup_names(vm, address, libc::NI_NAMEREQD) {
        Ok((name, _)) => Ok(host_entry(vm, &name, &[address])),
        Err(_) => Err(raise_as(vm, "herror", 1, "Unknown host")),
    }
}

pub fn gethostname(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut buffer = [0; 256];
    // SAFETY: one byte stays for the end.
    if unsafe { libc::gethostname(buffer.as_mut_ptr(), buffer.len() - 1) } != 0 {
        return Err(os_error(vm, &io::Error::last_os_error()));
    }
    // SAFETY: the text ends in the buffer.
    let text = unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_string_lossy().into_owned();
    Ok(vm.new_str(&text))
}

/// A text argument for the C library; empty if it is missing.
fn c_text(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<CString> {
    match argument(arguments, index) {
        Some(text) if text.get::<Str>().is_some() => name(vm, text),
        Some(other) => {
            let given = vm.type_name(other);
            Err(vm.type_error(&format!("argument {} must be str, not {given}", index + 1)))
        }
        None => Ok(CString::default()),
    }
}

/// The protocol that limits a look-up of services.
fn protocol(vm: &mut Vm, arguments: &[Value]) -> Res<Option<CString>> {
    Ok(if argument(arguments, 1).is_some() { Some(c_text(vm, arguments, 1)?) } else { None })
}

pub fn getservbyname(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (name, protocol) = (c_text(vm, arguments, 0)?, protocol(vm, arguments)?);
    // SAFETY: texts that end; the entry is read at once, and only the holder of the GIL calls this.
    let port = unsafe {
        let entry = libc::getservbyname(name.as_ptr(), protocol.as_ref().map_or(core::ptr::null(), |protocol| protocol.as_ptr()));
        entry.as_ref().map(|entry| u16::from_be(entry.s_port as u16))
    };
    match port {
        Some(port) => Ok(Value::small_int(i64::from(port))),
        None => Err(vm.raise(Ex::OSError, "service/proto not found")),
    }
}

pub fn getservbyport(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (port, protocol) = (int_argument(vm, arguments, 0, 0)?, protocol(vm, arguments)?);
    let Ok(port) = u16::try_from(port) else { return Err(vm.raise(Ex::OverflowError, "getservbyport: port must be 0-65535.")) };
    // SAFETY: as in `getservbyname`.
    let name = unsafe {
        let entry = libc::getservbyport(i32::from(port.to_be()), protocol.as_ref().map_or(core::ptr::null(), |protocol| protocol.as_ptr()));
        entry.as_ref().map(|entry| CStr::from_ptr(entry.s_name).to_string_lossy().into_owned())
    };
    match name {
        Some(name) => Ok(vm.new_str(&name)),
        None => Err(vm.raise(Ex::OSError, "port/proto not found")),
    }
}

pub fn getprotobyname(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = c_text(vm, arguments, 0)?;
    // SAFETY: as in `getservbyname`.
    match unsafe { libc::getprotobyname(name.as_ptr()).as_ref() } {
        Some(entry) => Ok(Value::small_int(i64::from(entry.p_proto))),
        None => Err(vm.raise(Ex::OSError, "protocol not found")),
    }
}

// ---- addresses as text

pub fn inet_aton(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = c_text(vm, arguments, 0)?;
    // SAFETY: zero is a value of the field; the call fills it.
    let address = unsafe {
        let mut address: libc::in_addr = std::mem::zeroed();
        inet_aton_of(text.as_ptr(), &raw mut address).then_some(address.s_addr)
    };
    match address {
        Some(address) => Ok(vm.new_bytes(&address.to_ne_bytes())),
        None => Err(vm.raise(Ex::OSError, "illegal IP address string passed to inet_aton")),
    }
}

/// # Safety
/// A text that ends, and a place for the address.
unsafe fn inet_aton_of(text: *const libc::c_char, address: *mut libc::in_addr) -> bool {
    unsafe extern "C" {
        fn inet_aton(text: *const libc::c_char, address: *mut libc::in_addr) -> libc::c_int;
    }
    // SAFETY: the caller's.
    unsafe { inet_aton(text, address) != 0 }
}

/// A bytes-like argument of exactly `N` bytes.
fn packed<const N: usize>(vm: &mut Vm, value: Option<&Value>) -> Res<Option<[u8; N]>> {
    match value {
        Some(value) => Ok(bytes::required(vm, value)?.as_ref().try_into().ok()),
        None => Ok(None),
    }
}

pub fn inet_ntoa(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match packed::<4>(vm, argument(arguments, 0))? {
        Some(address) => Ok(vm.new_str(&Ipv4Addr::from(address).to_string())),
        None => Err(vm.raise(Ex::OSError, "packed IP wrong length for inet_ntoa")),
    }
}

pub fn inet_pton(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let family = int_argument(vm, arguments, 0, 0)?;
    let text = c_text(vm, arguments, 1)?;
    let text = text.to_str().unwrap_or_default();
    let packed = match family {
        libc::AF_INET => text.parse::<Ipv4Addr>().ok().map(|address| vm.new_bytes(&address.octets())),
        libc::AF_INET6 => text.parse::<Ipv6Addr>().ok().map(|address| vm.new_bytes(&address.octets())),
        _ => return Err(vm.machine_error(pyvm_core::port::MachineError::Os(libc::EAFNOSUPPORT), None)),
    };
    match packed {
        Some(packed) => Ok(packed),
        None => Err(vm.raise(Ex::OSError, "illegal IP address string passed to inet_pton")),
    }
}

pub fn inet_ntop(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let wrong = |vm: &mut Vm| vm.value_error("invalid length of packed IP address string");
    match int_argument(vm, arguments, 0, 0)? {
        libc::AF_INET => match packed::<4>(vm, argument(arguments, 1))? {
            Some(address) => Ok(vm.new_str(&Ipv4Addr::from(address).to_string())),
            None => Err(wrong(vm)),
        },
        libc::AF_INET6 => match packed::<16>(vm, argument(arguments, 1))? {
            Some(address) => Ok(vm.new_str(&Ipv6Addr::from(address).to_string())),
            None => Err(wrong(vm)),
        },
        family => Err(vm.value_error(&format!("unknown address family {family}"))),
    }
}

pub fn swap_short(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<Value> {
    let number = super::int_argument(vm, arguments, 0, 0)?;
    if number < 0 {
        return Err(vm.raise(Ex::OverflowError, &format!("{function}: can't convert negative Python int to C 16-bit unsigned integer")));
    }
    match u16::try_from(number) {
        Ok(number) => Ok(Value::small_int(i64::from(number.to_be()))),
        Err(_) => Err(vm.raise(Ex::OverflowError, &format!("{function}: Python int too large to convert to C 16-bit unsigned integer"))),
    }
}

pub fn swap_long(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = match argument(arguments, 0) {
        Some(number) if number.kind() == Kind::Int => vm.index_i64(number)?,
        Some(other) => {
            let given = vm.type_name(other);
            return Err(vm.type_error(&format!("expected int, {given} found")));
        }
        None => 0,
    };
    if number < 0 {
        return Err(vm.raise(Ex::OverflowError, "can't convert negative value to unsigned int"));
    }
    match u32::try_from(number) {
        Ok(number) => Ok(vm.new_int(i64::from(number.to_be()))),
        Err(_) => Err(vm.raise(Ex::OverflowError, "int larger than 32 bits")),
    }
}

// ---- interfaces

pub fn if_nameindex(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // SAFETY: the list ends with an entry of zeros, and is freed once.
    let interfaces = unsafe {
        let list = libc::if_nameindex();
        let mut interfaces = Vec::new();
        let mut next = list;
        while let Some(entry) = next.as_ref().filter(|entry| entry.if_index != 0 && !entry.if_name.is_null()) {
            interfaces.push((entry.if_index, CStr::from_ptr(entry.if_name).to_string_lossy().into_owned()));
            next = next.add(1);
        }
        if list.is_null() {
            return Err(os_error(vm, &io::Error::last_os_error()));
        }
        libc::if_freenameindex(list);
        interfaces
    };
    let interfaces = interfaces
        .into_iter()
        .map(|(index, name)| {
            let pair = vec![Value::small_int(i64::from(index)), vm.new_str(&name)];
            vm.new_tuple(pair)
        })
        .collect();
    Ok(vm.new_list(interfaces))
}

pub fn if_nametoindex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = match argument(arguments, 0) {
        Some(value) => name(vm, value)?,
        None => CString::default(),
    };
    // SAFETY: a text that ends.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(vm.raise(Ex::OSError, "no interface with this name")),
        index => Ok(Value::small_int(i64::from(index))),
    }
}

pub fn if_indextoname(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let index = match argument(arguments, 0) {
        Some(index) => vm.index_i64(index)?,
        None => 0,
    };
    let Ok(index) = u32::try_from(index) else { return Err(vm.raise(Ex::OverflowError, "index is out of range")) };
    let mut buffer = [0; libc::IF_NAMESIZE];
    // SAFETY: the buffer has the size that the function wants.
    let found = unsafe { !libc::if_indextoname(index, buffer.as_mut_ptr()).is_null() };
    if !found {
        return Err(os_error(vm, &io::Error::last_os_error()));
    }
    // SAFETY: the text ends in the buffer.
    let name = unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_string_lossy().into_owned();
    Ok(vm.new_str(&name))
}
