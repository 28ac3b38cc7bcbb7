//! `_socket`: sockets. A call that has to wait waits at the poller: ten thousand connections need one OS thread.
//!
//! As in CPython a socket without a time-out is a blocking one for the operating system too (programs that inherit it see it so); calls
//! on it are made with `MSG_DONTWAIT`, or after asking whether they would wait.

mod address;
mod messages;
mod names;
mod options;

use super::posix::int_argument;
use super::waiting::{Patience, is_ready, os_error, transfer};
use address::Address;
use pyvm_core::modules::{ModuleSpec, Namespace, exception_class};
use pyvm_core::object;
use pyvm_core::object::bytes;
use pyvm_core::object::class::{CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, TypeSpec};
use pyvm_core::object::codec;
use pyvm_core::object::construct::allocation_class;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Object};
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, MachineError, Source};
use pyvm_core::vm::{Action, Args, Getter, Native, Raised, Res, Vm, argument};
use std::cell::Cell;
use std::io;
use std::os::fd::RawFd;

pub static SOCKET: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("socketpair(family=None, type=1, proto=0, /)", socketpair, "Two sockets connected with each other, as (class _socket.socket)."),
        Native::simple("close(fd, /)", |vm, arguments| close_descriptor(vm, arguments).map(|()| Value::NONE), "Close a socket by its descriptor."),
        Native::simple("dup(fd, /)", duplicate, "A second descriptor of a socket."),
        Native::simple("getdefaulttimeout()", get_default_timeout, "The time-out of new sockets in seconds, or None."),
        Native::simple("setdefaulttimeout(timeout, /)", set_default_timeout, "Set the time-out of new sockets."),
        Native::simple("getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)", names::getaddrinfo, "Addresses of a host and service."),
        Native::simple("getnameinfo(sockaddr, flags, /)", names::getnameinfo, "Host and service of an address."),
        Native::simple("gethostbyname(host, /)", names::gethostbyname, "The IPv4 address of a host."),
        Native::simple("gethostbyname_ex(host, /)", names::gethostbyname_ex, "Name, other names, and IPv4 addresses of a host."),
        Native::simple("gethostbyaddr(host, /)", names::gethostbyaddr, "Name, other names, and addresses of a host."),
        Native::simple("gethostname()", names::gethostname, "The name of this machine."),
        Native::simple("getservbyname(servicename, protocolname=None, /)", names::getservbyname, "The port of a service."),
        Native::simple("getservbyport(port, protocolname=None, /)", names::getservbyport, "The service of a port."),
        Native::simple("getprotobyname(name, /)", names::getprotobyname, "The number of a protocol."),
        Native::simple("inet_aton(ip_addr, /)", names::inet_aton, "Four bytes from an IPv4 address in any of the old notations."),
        Native::simple("inet_ntoa(packed_ip, /)", names::inet_ntoa, "An IPv4 address from four bytes."),
        Native::simple("inet_pton(address_family, ip_string, /)", names::inet_pton, "The bytes of an address."),
        Native::simple("inet_ntop(address_family, packed_ip, /)", names::inet_ntop, "An address from its bytes."),
        Native::simple("htons(integer, /)", |vm, arguments| names::swap_short(vm, arguments, "htons"), "16 bits in the network's order of bytes."),
        Native::simple("ntohs(integer, /)", |vm, arguments| names::swap_short(vm, arguments, "ntohs"), "16 bits in this machine's order of bytes."),
        Native::simple("htonl(integer, /)", names::swap_long, "32 bits in the network's order of bytes."),
        Native::simple("ntohl(integer, /)", names::swap_long, "32 bits in this machine's order of bytes."),
        Native::simple("if_nameindex()", names::if_nameindex, "The network interfaces, as (index, name)."),
        Native::simple("if_nametoindex(oname, /)", names::if_nametoindex, "The index of an interface."),
        Native::simple("if_indextoname(index, /)", names::if_indextoname, "The name of an interface."),
        Native::simple("CMSG_LEN(length, /)", messages::control_length, "The length of a control message with so many bytes of data."),
        Native::simple("CMSG_SPACE(length, /)", messages::control_space, "The room that a control message with so many bytes of data takes."),
    ],
    types: &[&TYPE],
    constants,
    ..ModuleSpec::new("_socket", "Sockets.")
};

static NUMBERS: &[(&str, i64)] = numbers! {
    AF_UNSPEC AF_UNIX AF_INET AF_INET6 SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET SOL_SOCKET SOMAXCONN
    SO_DEBUG SO_ACCEPTCONN SO_REUSEADDR SO_KEEPALIVE SO_DONTROUTE SO_BROADCAST SO_LINGER SO_OOBINLINE SO_REUSEPORT SO_SNDBUF SO_RCVBUF
    SO_SNDLOWAT SO_RCVLOWAT SO_SNDTIMEO SO_RCVTIMEO SO_ERROR SO_TYPE SCM_RIGHTS
    MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_DONTWAIT MSG_EOR MSG_TRUNC MSG_CTRUNC MSG_WAITALL MSG_NOSIGNAL
    IPPROTO_IP IPPROTO_ICMP IPPROTO_IGMP IPPROTO_TCP IPPROTO_UDP IPPROTO_IPV6 IPPROTO_ICMPV6 IPPROTO_RAW IPPROTO_EGP IPPROTO_PUP IPPROTO_IDP
    IPPROTO_HOPOPTS IPPROTO_ROUTING IPPROTO_FRAGMENT IPPROTO_ESP IPPROTO_AH IPPROTO_NONE IPPROTO_DSTOPTS
    IP_TOS IP_TTL IP_HDRINCL IP_MULTICAST_IF IP_MULTICAST_LOOP IP_MULTICAST_TTL IP_ADD_MEMBERSHIP IP_DROP_MEMBERSHIP
    IPV6_V6ONLY IPV6_UNICAST_HOPS IPV6_MULTICAST_IF IPV6_MULTICAST_HOPS IPV6_MULTICAST_LOOP IPV6_RECVPKTINFO IPV6_PKTINFO IPV6_TCLASS IPV6_RECVTCLASS
    TCP_NODELAY TCP_MAXSEG TCP_KEEPINTVL TCP_KEEPCNT
    AI_PASSIVE AI_CANONNAME AI_NUMERICHOST AI_NUMERICSERV AI_ADDRCONFIG AI_V4MAPPED AI_ALL
    NI_NOFQDN NI_NUMERICHOST NI_NAMEREQD NI_NUMERICSERV NI_DGRAM NI_MAXHOST
    EAI_AGAIN EAI_BADFLAGS EAI_FAIL EAI_FAMILY EAI_MEMORY EAI_NODATA EAI_NONAME EAI_OVERFLOW EAI_SERVICE EAI_SOCKTYPE EAI_SYSTEM
    SHUT_RD SHUT_WR SHUT_RDWR
};

#[cfg(target_os = "linux")]
static LINUX_NUMBERS: &[(&str, i64)] = numbers! {
    AF_NETLINK AF_PACKET AF_VSOCK AF_CAN AF_ALG SOCK_CLOEXEC SOCK_NONBLOCK SO_PASSCRED SO_PEERCRED SO_PRIORITY SO_MARK SO_BINDTODEVICE SO_DOMAIN SO_PROTOCOL SO_PASSSEC
    SO_PEERSEC SO_INCOMING_CPU SCM_CREDENTIALS MSG_CMSG_CLOEXEC MSG_CONFIRM MSG_ERRQUEUE MSG_FASTOPEN MSG_MORE IP_TRANSPARENT IP_BIND_ADDRESS_NO_PORT
    IP_OPTIONS IP_RECVOPTS IP_RECVTOS IP_RETOPTS IPPROTO_IPIP IPPROTO_SCTP IPPROTO_UDPLITE IPPROTO_TP IPPROTO_RSVP IPPROTO_GRE IPPROTO_PIM IPPROTO_MPTCP
    IPV6_CHECKSUM IPV6_DONTFRAG IPV6_DSTOPTS IPV6_HOPLIMIT IPV6_HOPOPTS IPV6_NEXTHOP IPV6_PATHMTU
    IPV6_RECVDSTOPTS IPV6_RECVHOPLIMIT IPV6_RECVHOPOPTS IPV6_RECVPATHMTU IPV6_RECVRTHDR IPV6_RTHDR IPV6_RTHDRDSTOPTS
    TCP_CORK TCP_KEEPIDLE TCP_SYNCNT TCP_LINGER2 TCP_DEFER_ACCEPT TCP_WINDOW_CLAMP TCP_INFO TCP_QUICKACK TCP_CONGESTION TCP_USER_TIMEOUT TCP_FASTOPEN
    TCP_NOTSENT_LOWAT
};

#[cfg(not(target_os = "linux"))]
static LINUX_NUMBERS: &[(&str, i64)] = &[];

/// Joining and leaving a group of IPv6 addresses.
#[cfg(target_os = "linux")]
const GROUPS: [i32; 2] = [libc::IPV6_ADD_MEMBERSHIP, libc::IPV6_DROP_MEMBERSHIP];
#[cfg(not(target_os = "linux"))]
const GROUPS: [i32; 2] = [libc::IPV6_JOIN_GROUP, libc::IPV6_LEAVE_GROUP];

/// Numbers that the C library has under other names, or none.
static PLAIN_NUMBERS: &[(&str, i64)] = &[
    ("INADDR_ANY", 0),
    ("INADDR_BROADCAST", 0xffff_ffff),
    ("INADDR_LOOPBACK", 0x7f00_0001),
    ("INADDR_UNSPEC_GROUP", 0xe000_0000),
    ("INADDR_ALLHOSTS_GROUP", 0xe000_0001),
    ("INADDR_MAX_LOCAL_GROUP", 0xe000_00ff),
    ("INADDR_NONE", 0xffff_ffff),
    ("IPPORT_RESERVED", 1024),
    ("IPPORT_USERRESERVED", 5000),
    ("NI_MAXSERV", 32),
    ("SOL_IP", 0),
    ("SOL_TCP", 6),
    ("SOL_UDP", 17),
    ("IPV6_JOIN_GROUP", GROUPS[0] as i64),
    ("IPV6_LEAVE_GROUP", GROUPS[1] as i64),
];

fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, number) in NUMBERS.iter().chain(LINUX_NUMBERS).chain(PLAIN_NUMBERS) {
        module.set_int(vm, name, *number);
    }
    let class = vm.class_from_spec(&TYPE);
    module.set(vm, "SocketType", class);
    for (name, kind) in [("error", Ex::OSError), ("timeout", Ex::TimeoutError)] {
        let class = vm.exception_class(kind).value();
        module.set(vm, name, class);
    }
    for name in ["herror", "gaierror"] {
        let class = exception_class(vm, "socket", name, &[Ex::OSError]);
        module.set(vm, name, class);
    }
    module.set(vm, "has_ipv6", Value::TRUE);
    vm.class_from_spec(&DEFAULT_TIMEOUT_TYPE);
    let default = vm.new_object(|header| DefaultTimeout { header, span: Cell::new(-1) });
    module.set(vm, DEFAULT_TIMEOUT, default);
}

/// The module's place for the time-out of new sockets.
const DEFAULT_TIMEOUT: &str = "_default_timeout";

// ---- the object

/// No descriptor: closed, or not opened yet.
const CLOSED: RawFd = -1;

/// `_socket.socket`
#[repr(C)]
pub struct Socket {
    pub header: Header,
    descriptor: Cell<RawFd>,
    family: Cell<i32>,
    kind: Cell<i32>,
    protocol: Cell<i32>,
    /// Nanoseconds; negative: waits for ever.
    timeout: Cell<i64>,
}

object!(Socket, Kind::Other, "socket", |this, visit| {});

impl Drop for Socket {
    fn drop(&mut self) {
        if self.descriptor.get() >= 0 {
            // SAFETY: the socket's own descriptor.
            unsafe { libc::close(self.descriptor.get()) };
        }
    }
}

impl Socket {
    fn source(&self) -> Source {
        Source(self.descriptor.get())
    }

    fn patience(&self) -> Patience {
        match self.timeout.get() {
            0 => Patience::None,
            span => u64::try_from(span).map_or(Patience::Endless, Patience::Span),
        }
    }

    /// Whether it is a blocking one for the operating system.
    fn blocks(&self) -> bool {
        self.timeout.get() < 0
    }
}

static TYPE: TypeSpec = TypeSpec {
    module: "_socket",
    flags: CLASS_WEAKREFERABLE,
    doc: "socket(family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None)\n--\n\nOne end of a connection, or a place where connections come in.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", new, "A socket that is not open yet."),
        Native::simple("__init__($self, /, family=-1, type=-1, proto=-1, fileno=None)", initialize, "Open it, or take over a descriptor."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
        Native::full("_accept($self, /)", accept, "Wait for a connection: its descriptor, and the address of the other end."),
        Native::simple("bind($self, address, /)", bind, "Give the socket an address of this machine."),
        Native::simple("close($self, /)", close, "Close it."),
        Native::full("connect($self, address, /)", |vm, args| connect(vm, args, false), "Connect with another socket."),
        Native::full("connect_ex($self, address, /)", |vm, args| connect(vm, args, true), "As connect(), but return an error number instead of raising."),
        Native::simple("detach($self, /)", detach, "Give the descriptor up without closing it; return it."),
        Native::simple(
            "fileno($self, /)",
            |_, arguments| Ok(Value::small_int(this(arguments).map_or(-1, |socket| i64::from(socket.descriptor.get())))),
            "The descriptor; -1 if it is closed.",
        ),
        Native::simple("getpeername($self, /)", |vm, arguments| address_by(vm, arguments, libc::getpeername), "The address of the other end."),
        Native::simple("getsockname($self, /)", |vm, arguments| address_by(vm, arguments, libc::getsockname), "The socket's own address."),
        Native::simple("getsockopt($self, level, option, buflen=0, /)", options::get, "An option: an integer, or with a length its bytes."),
        Native::simple("setsockopt($self, level, option, value, optlen=None, /)", options::set, "Set an option to an integer, bytes, or None with a length."),
        Native::simple("listen($self, backlog=128, /)", listen, "Accept connections from now on."),
        Native::full("recv($self, bufsize, flags=0, /)", messages::receive, "Receive up to so many bytes."),
        Native::full("recv_into($self, buffer, nbytes=0, flags=0)", messages::receive_into, "Receive into a buffer; return how many bytes."),
        Native::full("recvfrom($self, bufsize, flags=0, /)", messages::receive_from, "As recv(), with the address of the sender."),
        Native::full("recvfrom_into($self, buffer, nbytes=0, flags=0)", messages::receive_from_into, "As recv_into(), with the address of the sender."),
        Native::full("recvmsg($self, bufsize, ancbufsize=0, flags=0, /)", messages::receive_message, "Receive data and control messages."),
        Native::full("recvmsg_into($self, buffers, ancbufsize=0, flags=0, /)", messages::receive_message_into, "Receive into buffers, and control messages."),
        Native::full("send($self, data, flags=0, /)", messages::send, "Send; return how many bytes."),
        Native::full("sendall($self, data, flags=0, /)", messages::send_all, "Send all of it."),
        Native::full("sendto($self, *args)", messages::send_to, "sendto(data[, flags], address): send to an address."),
        Native::full("sendmsg($self, buffers, ancdata=(), flags=0, address=None, /)", messages::send_message, "Send several buffers and control messages."),
        Native::simple("setblocking($self, flag, /)", set_blocking, "True: no time-out; False: never wait."),
        Native::simple("getblocking($self, /)", |_, arguments| Ok(Value::bool(this(arguments).is_some_and(|socket| socket.timeout.get() != 0))), "Whether calls wait."),
        Native::simple("settimeout($self, timeout, /)", set_timeout, "Set how many seconds calls wait; None: for ever."),
        Native::simple("gettimeout($self, /)", get_timeout, "How many seconds calls wait."),
        Native::simple("shutdown($self, flag, /)", shutdown, "Close one direction or both."),
    ],
    getters: &[
        Getter::read_only("family", |_, this| Ok(number_of(this, |socket| socket.family.get())), "The address family."),
        Getter::read_only("type", |_, this| Ok(number_of(this, |socket| socket.kind.get())), "The kind."),
        Getter::read_only("proto", |_, this| Ok(number_of(this, |socket| socket.protocol.get())), "The protocol."),
        Getter::read_only(
            "timeout",
            |vm, this| Ok(timeout_value(vm, this.get::<Socket>().map_or(-1, |socket| socket.timeout.get()))),
            "Seconds that calls wait; None: for ever.",
        ),
    ],
    ..TypeSpec::new("socket", Socket::LAYOUT)
};

fn this(arguments: &[Value]) -> Option<&Socket> {
    arguments.first()?.get::<Socket>()
}

fn number_of(this: &Value, number: impl Fn(&Socket) -> i32) -> Value {
    Value::small_int(this.get::<Socket>().map_or(-1, |socket| i64::from(number(socket))))
}

/// The socket a method was called with.
fn required<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Socket> {
    match this(arguments) {
        Some(socket) => Ok(socket),
        None => Err(vm.type_error("descriptor requires a '_socket.socket' object")),
    }
}

/// ASCII text or bytes, as names of hosts are.
fn text_or_bytes(vm: &mut Vm, value: &Value) -> Res<Vec<u8>> {
    match value.get::<Str>() {
        Some(text) => match text.as_str() {
            Some(text) if text.is_ascii() => Ok(text.as_bytes().to_vec()),
            Some(_) => Err(vm.raise(Ex::NotImplementedError, "host names beyond ASCII: encode them with the codec 'idna'")),
            None => {
                let encoded = codec::encode_with(vm, text, codec::UTF_8, None)?;
                Ok(bytes::required(vm, &encoded)?.into_owned())
            }
        },
        None => match bytes::of(vm, value)? {
            Some(data) => Ok(data.into_owned()),
            None => {
                let given = vm.type_name(value);
                Err(vm.type_error(&format!("str, bytes or bytearray expected, not {given}")))
            }
        },
    }
}

/// The outcome of a system call: negative says that `errno` has the reason.
fn checked<N: PartialOrd + From<i8>>(result: N) -> io::Result<N> {
    if result < N::from(0) { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// The outcome of a system call that does not wait.
fn at_once<N: PartialOrd + From<i8>>(vm: &mut Vm, result: N) -> Res<N> {
    match checked(result) {
        Ok(result) => Ok(result),
        Err(error) => Err(os_error(vm, &error)),
    }
}

fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Socket>(vm, arguments, "socket")?;
    Ok(vm.heap.new_object(&class, |header| Socket {
        header,
        descriptor: Cell::new(CLOSED),
        family: Cell::new(0),
        kind: Cell::new(0),
        protocol: Cell::new(0),
        timeout: Cell::new(-1),
    }))
}

/// Takes a descriptor over.
fn adopt(vm: &mut Vm, socket: &Socket, descriptor: RawFd, [family, kind, protocol]: [i32; 3]) -> Res<()> {
    socket.family.set(family);
    #[cfg(target_os = "linux")]
    let plain = kind & !(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK);
    #[cfg(not(target_os = "linux"))]
    let plain = kind;
    socket.kind.set(plain);
    socket.protocol.set(protocol);
    drop_descriptor(vm, socket.descriptor.replace(descriptor));
    #[cfg(target_os = "linux")]
    if kind & libc::SOCK_NONBLOCK != 0 {
        socket.timeout.set(0);
        return Ok(());
    }
    let default = default_timeout(vm);
    socket.timeout.set(default);
    if default >= 0 {
        set_descriptor_blocking(vm, descriptor, false)?;
    }
    Ok(())
}

fn drop_descriptor(vm: &mut Vm, descriptor: RawFd) {
    if descriptor >= 0 {
        vm.platform.forget(Source(descriptor));
        // SAFETY: the socket's own descriptor.
        unsafe { libc::close(descriptor) };
    }
}

/// An integer option of a descriptor.
fn option_of(descriptor: RawFd, option: i32) -> io::Result<i32> {
    let (mut value, mut length) = (0, size_of::<i32>() as libc::socklen_t);
    // SAFETY: an integer, and its length.
    checked(unsafe { libc::getsockopt(descriptor, libc::SOL_SOCKET, option, (&raw mut value).cast(), &raw mut length) })?;
    Ok(value)
}

fn initialize(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let numbers = [1, 2, 3].map(|index| int_argument(vm, arguments, index, -1));
    let [family, kind, protocol] = numbers;
    let (family, kind, protocol) = (family?, kind?, protocol?);
    let Some(descriptor) = argument(arguments, 4).filter(|descriptor| !descriptor.is_none()) else {
        let or = |number: i32, default: i32| if number == -1 { default } else { number };
        let (family, kind, protocol) = (or(family, libc::AF_INET), or(kind, libc::SOCK_STREAM), or(protocol, 0));
        let descriptor = open(family, kind, protocol);
        let descriptor = match descriptor {
            Ok(descriptor) => descriptor,
            Err(error) => return Err(os_error(vm, &error)),
        };
        adopt(vm, socket, descriptor, [family, kind, protocol])?;
        return Ok(Value::NONE);
    };
    if pyvm_core::object::float::to_f64(descriptor).is_some() && descriptor.kind() == Kind::Float {
        return Err(vm.type_error("integer argument expected, got float"));
    }
    let number = vm.index_i64(descriptor)?;
    let descriptor = match RawFd::try_from(number) {
        Ok(descriptor) if descriptor >= 0 => descriptor,
        _ => return Err(vm.value_error("negative file descriptor")),
    };
    let mut own = Address::empty();
    let (place, length) = own.place();
    // SAFETY: room for any address.
    let named = checked(unsafe { libc::getsockname(descriptor, place, length) });
    let family = match (family, named) {
        // The descriptor is of no socket, or of none at all.
        (_, Err(error)) if matches!(error.raw_os_error(), Some(libc::EBADF | libc::ENOTSOCK)) || family == -1 => return Err(os_error(vm, &error)),
        (-1, Ok(_)) => own.family(),
        (family, _) => family,
    };
    let kind = match kind {
        -1 => match option_of(descriptor, libc::SO_TYPE) {
            Ok(kind) => kind,
            Err(error) => return Err(os_error(vm, &error)),
        },
        kind => kind,
    };
    #[cfg(target_os = "linux")]
    let protocol = match protocol {
        -1 => option_of(descriptor, libc::SO_PROTOCOL).unwrap_or(0),
        protocol => protocol,
    };
    adopt(vm, socket, descriptor, [family, kind, protocol.max(0)])?;
    Ok(Value::NONE)
}

/// A new descriptor, which programs that this one starts do not inherit.
fn open(family: i32, kind: i32, protocol: i32) -> io::Result<RawFd> {
    #[cfg(target_os = "linux")]
    // SAFETY: takes numbers.
    return checked(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) });
    #[cfg(not(target_os = "linux"))]
    {
        // SAFETY: takes numbers.
        let descriptor = checked(unsafe { libc::socket(family, kind, protocol) })?;
        close_on_exec(descriptor)?;
        Ok(descriptor)
    }
}

#[cfg(not(target_os = "linux"))]
fn close_on_exec(descriptor: RawFd) -> io::Result<()> {
    // SAFETY: takes numbers.
    checked(unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) }).map(|_| ())
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let text = format!("<socket object, fd={}, family={}, type={}, proto={}>", socket.descriptor.get(), socket.family.get(), socket.kind.get(), socket.protocol.get());
    Ok(vm.new_str(&text))
}

/// `socketpair()` gives two sockets of the class `_socket.socket`.
fn socketpair(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let family = match argument(arguments, 0).filter(|family| !family.is_none()) {
        Some(_) => int_argument(vm, arguments, 0, 0)?,
        None => libc::AF_UNIX,
    };
    let (kind, protocol) = (int_argument(vm, arguments, 1, libc::SOCK_STREAM)?, int_argument(vm, arguments, 2, 0)?);
    let mut ends = [CLOSED; 2];
    #[cfg(target_os = "linux")]
    let flags = libc::SOCK_CLOEXEC;
    #[cfg(not(target_os = "linux"))]
    let flags = 0;
    // SAFETY: room for two descriptors.
    at_once(vm, unsafe { libc::socketpair(family, kind | flags, protocol, ends.as_mut_ptr()) })?;
    let class = vm.class_from_spec(&TYPE);
    let mut sockets = Vec::new();
    for end in ends {
        #[cfg(not(target_os = "linux"))]
        let _ = close_on_exec(end);
        let socket = new(vm, std::slice::from_ref(&class))?;
        if let Some(object) = socket.get::<Socket>() {
            adopt(vm, object, end, [family, kind, protocol])?;
        }
        sockets.push(socket);
    }
    Ok(vm.new_tuple(sockets))
}

fn duplicate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = int_argument(vm, arguments, 0, CLOSED)?;
    // SAFETY: takes numbers.
    let double = at_once(vm, unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0) })?;
    Ok(Value::small_int(i64::from(double)))
}

// ---- its life

fn close_descriptor(vm: &mut Vm, arguments: &[Value]) -> Res<()> {
    let descriptor = int_argument(vm, arguments, 0, CLOSED)?;
    vm.platform.forget(Source(descriptor));
    // SAFETY: takes a number.
    match checked(unsafe { libc::close(descriptor) }) {
        // The other end has gone before: it is closed all the same.
        Err(error) if error.raw_os_error() != Some(libc::ECONNRESET) => Err(os_error(vm, &error)),
        _ => Ok(()),
    }
}

fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = required(vm, arguments)?.descriptor.replace(CLOSED);
    if descriptor >= 0 {
        close_descriptor(vm, &[Value::small_int(i64::from(descriptor))])?;
    }
    Ok(Value::NONE)
}

fn detach(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = required(vm, arguments)?.descriptor.replace(CLOSED);
    vm.platform.forget(Source(descriptor));
    Ok(Value::small_int(i64::from(descriptor)))
}

fn bind(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let address = argument(arguments, 1).cloned().unwrap_or(Value::NONE);
    let address = address::parse(vm, socket.family.get(), &address, "bind")?;
    // SAFETY: an address and its length.
    at_once(vm, unsafe { libc::bind(socket.descriptor.get(), address.pointer(), address.length) })?;
    Ok(Value::NONE)
}

fn listen(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let backlog = int_argument(vm, arguments, 1, 128)?.max(0);
    // SAFETY: takes numbers.
    at_once(vm, unsafe { libc::listen(socket.descriptor.get(), backlog) })?;
    Ok(Value::NONE)
}

fn shutdown(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let how = int_argument(vm, arguments, 1, 0)?;
    // SAFETY: takes numbers.
    at_once(vm, unsafe { libc::shutdown(socket.descriptor.get(), how) })?;
    Ok(Value::NONE)
}

fn address_by(vm: &mut Vm, arguments: &[Value], ask: unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> i32) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let mut address = Address::empty();
    let (place, length) = address.place();
    // SAFETY: room for any address.
    at_once(vm, unsafe { ask(socket.descriptor.get(), place, length) })?;
    address.to_python(vm)
}

fn accept(vm: &mut Vm, args: &Args) -> Res<Action> {
    let socket = required(vm, args.positional)?;
    let (source, patience, blocks) = (socket.source(), socket.patience(), socket.blocks());
    let accept = move |vm: &mut Vm| {
        if blocks && !is_ready(source, Interest::READ) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        // Another process may have been faster: then a blocking one waits in the call itself.
        let call = || {
            let mut address = Address::empty();
            let (place, length) = address.place();
            #[cfg(target_os = "linux")]
            // SAFETY: room for any address.
            let descriptor = checked(unsafe { libc::accept4(source.0, place, length, libc::SOCK_CLOEXEC) })?;
            #[cfg(not(target_os = "linux"))]
            // SAFETY: as above.
            let descriptor = checked(unsafe { libc::accept(source.0, place, length) })?;
            #[cfg(not(target_os = "linux"))]
            close_on_exec(descriptor)?;
            Ok((descriptor, address))
        };
        if blocks { vm.blocking(call) } else { call() }
    };
    transfer(vm, source, Interest::READ, patience, accept, |vm, (descriptor, address)| {
        let address = address.to_python(vm)?;
        Ok(Action::Return(vm.new_tuple(vec![Value::small_int(i64::from(descriptor)), address])))
    })
}

/// The error number that an attempt to connect ended with; 0 if it was made.
fn pending_error(source: Source) -> io::Result<i32> {
    if is_ready(source, Interest::WRITE) { option_of(source.0, libc::SO_ERROR) } else { Err(io::ErrorKind::WouldBlock.into()) }
}

fn connect(vm: &mut Vm, args: &Args, returns_error: bool) -> Res<Action> {
    let socket = required(vm, args.positional)?;
    let caller = if returns_error { "connect_ex" } else { "connect" };
    let address = args.get(1).cloned().unwrap_or(Value::NONE);
    let address = address::parse(vm, socket.family.get(), &address, caller)?;
    let (source, patience, blocks) = (socket.source(), socket.patience(), socket.blocks());
    let finish = move |vm: &mut Vm, number: i32| match number {
        number if returns_error => Ok(Action::Return(Value::small_int(i64::from(number)))),
        0 => Ok(Action::Return(Value::NONE)),
        number => Err(vm.machine_error(MachineError::Os(number), None)),
    };
    // SAFETY: an address and its length.
    let begin = move || match checked(unsafe { libc::connect(source.0, address.pointer(), address.length) }) {
        Ok(_) => 0,
        Err(error) => error.raw_os_error().unwrap_or(libc::EIO),
    };
    // A Unix socket with a full queue cannot be waited for: only the call itself can.
    let number = if blocks && socket.family.get() == libc::AF_UNIX {
        loop {
            match vm.blocking(begin) {
                libc::EINTR => vm.check_interrupts()?,
                number => break number,
            }
        }
    } else {
        if blocks {
            set_descriptor_blocking(vm, source.0, false)?;
        }
        let number = begin();
        if blocks {
            set_descriptor_blocking(vm, source.0, true)?;
        }
        number
    };
    if !matches!(number, libc::EINPROGRESS | libc::EINTR) || patience == Patience::None {
        return finish(vm, number);
    }
    let waited = transfer(vm, source, Interest::WRITE, patience, move |_| pending_error(source), finish);
    if !returns_error {
        return waited;
    }
    // Time that is over is an error number too.
    Action::after(waited, vm, |vm, result| match result {
        Ok(value) => Ok(Action::Return(value)),
        Err(raised) => match vm.take_exception(raised) {
            exception if vm.is_instance(&exception, &vm.exception_class(Ex::TimeoutError)) => Ok(Action::Return(Value::small_int(i64::from(libc::EAGAIN)))),
            exception => Err(vm.raise_value(exception)),
        },
    })
}

// ---- waiting or not

/// What new sockets begin with; in the module, so that each VM has its own.
#[repr(C)]
struct DefaultTimeout {
    header: Header,
    span: Cell<i64>,
}

object!(DefaultTimeout, Kind::Other, "_default_timeout", |this, visit| {});

static DEFAULT_TIMEOUT_TYPE: TypeSpec = TypeSpec { module: "_socket", flags: CLASS_NOT_CALLABLE, ..TypeSpec::new(DEFAULT_TIMEOUT, DefaultTimeout::LAYOUT) };

fn default_timeout_object(vm: &mut Vm) -> Option<Value> {
    pyvm_core::modules::attribute(vm, "_socket", DEFAULT_TIMEOUT)
}

fn default_timeout(vm: &mut Vm) -> i64 {
    default_timeout_object(vm).and_then(|object| object.get::<DefaultTimeout>().map(|default| default.span.get())).unwrap_or(-1)
}

/// A time-out in nanoseconds from seconds or None (-1).
fn timeout(vm: &mut Vm, value: Option<&Value>) -> Res<i64> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(-1) };
    let span = pyvm_core::modules::_thread::nanoseconds(vm, value)?;
    if span < 0 { Err(negative_timeout(vm)) } else { Ok(span) }
}

fn negative_timeout(vm: &mut Vm) -> Raised {
    vm.value_error("Timeout value out of range")
}

fn timeout_value(vm: &mut Vm, span: i64) -> Value {
    if span < 0 { Value::NONE } else { vm.new_float(span as f64 / 1e9) }
}

fn get_default_timeout(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let span = default_timeout(vm);
    Ok(timeout_value(vm, span))
}

fn set_default_timeout(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let span = timeout(vm, argument(arguments, 0))?;
    if let Some(object) = default_timeout_object(vm)
        && let Some(default) = object.get::<DefaultTimeout>()
    {
        default.span.set(span);
    }
    Ok(Value::NONE)
}

fn set_descriptor_blocking(vm: &mut Vm, descriptor: RawFd, blocks: bool) -> Res<()> {
    // SAFETY: takes numbers.
    let flags = at_once(vm, unsafe { libc::fcntl(descriptor, libc::F_GETFL) })?;
    let new = if blocks { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    if new != flags {
        // SAFETY: takes numbers.
        at_once(vm, unsafe { libc::fcntl(descriptor, libc::F_SETFL, new) })?;
    }
    Ok(())
}

fn wait_for(vm: &mut Vm, socket: &Socket, span: i64) -> Res<Value> {
    set_descriptor_blocking(vm, socket.descriptor.get(), span < 0)?;
    socket.timeout.set(span);
    Ok(Value::NONE)
}

fn set_blocking(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let blocks = match argument(arguments, 1) {
        Some(flag) => vm.truth(flag)?,
        None => true,
    };
    wait_for(vm, socket, if blocks { -1 } else { 0 })
}

fn set_timeout(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let span = timeout(vm, argument(arguments, 1))?;
    wait_for(vm, socket, span)
}

fn get_timeout(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    Ok(timeout_value(vm, socket.timeout.get()))
}
