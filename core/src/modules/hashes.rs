//! `_md5`, `_sha1`, `_sha2`, `_sha3` and `_blake2`: the hash functions that Lib's `hashlib` stands on, from the crates of RustCrypto and
//! `blake2b_simd`.

use super::{ModuleSpec, Namespace};
use crate::object;
use crate::object::bytes;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, Class, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::receiver;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::scalar;
use crate::object::str::{Str, StrBuilder};
use crate::object::text_arguments::{NONE, fitting_index};
use crate::object::value::Value;
use crate::vm::{Getter, Native, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use md5::Md5;
use sha1::Sha1;
use sha2::digest::{ExtendableOutput, Update, XofReader};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256};

/// A hash under way.
#[derive(Clone)]
enum State {
    Md5(Md5),
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Sha3_224(Sha3_224),
    Sha3_256(Sha3_256),
    Sha3_384(Sha3_384),
    Sha3_512(Sha3_512),
    Shake128(Shake128),
    Shake256(Shake256),
    Blake2b(blake2b_simd::State, usize),
    Blake2s(blake2s_simd::State, usize),
}

/// Does the same with whichever fixed-length function it is.
macro_rules! with_digest {
    ($state:expr, |$hash:ident| $action:expr, |$shake:ident| $shaking:expr, |$blake:ident, $size:ident| $blaking:expr) => {
        match $state {
            State::Md5($hash) => $action,
            State::Sha1($hash) => $action,
            State::Sha224($hash) => $action,
            State::Sha256($hash) => $action,
            State::Sha384($hash) => $action,
            State::Sha512($hash) => $action,
            State::Sha3_224($hash) => $action,
            State::Sha3_256($hash) => $action,
            State::Sha3_384($hash) => $action,
            State::Sha3_512($hash) => $action,
            State::Shake128($shake) => $shaking,
            State::Shake256($shake) => $shaking,
            State::Blake2b($blake, $size) => $blaking,
            State::Blake2s($blake, $size) => $blaking,
        }
    };
}

impl State {
    fn update(&mut self, data: &[u8]) {
        with_digest!(self, |hash| Digest::update(hash, data), |shake| Update::update(shake, data), |blake, _size| {
            blake.update(data);
        })
    }

    /// The digest so far; of so many bytes for a function without a length of its own.
    fn digest(&self, length: usize) -> Vec<u8> {
        with_digest!(self, |hash| hash.clone().finalize().to_vec(), |shake| squeezed(shake.clone(), length), |blake, _size| blake.finalize().as_bytes().to_vec())
    }

    fn digest_size(&self) -> usize {
        with_digest!(self, |hash| output_size(hash), |_shake| 0, |_blake, size| *size)
    }

    /// Name, and bytes of a block.
    fn about(&self) -> (&'static str, usize) {
        match self {
            State::Md5(_) => ("md5", 64),
            State::Sha1(_) => ("sha1", 64),
            State::Sha224(_) => ("sha224", 64),
            State::Sha256(_) => ("sha256", 64),
            State::Sha384(_) => ("sha384", 128),
            State::Sha512(_) => ("sha512", 128),
            State::Sha3_224(_) => ("sha3_224", 144),
            State::Sha3_256(_) => ("sha3_256", 136),
            State::Sha3_384(_) => ("sha3_384", 104),
            State::Sha3_512(_) => ("sha3_512", 72),
            State::Shake128(_) => ("shake_128", 168),
            State::Shake256(_) => ("shake_256", 136),
            State::Blake2b(..) => ("blake2b", 128),
            State::Blake2s(..) => ("blake2s", 64),
        }
    }
}

fn output_size<D: Digest>(_: &D) -> usize {
    <D as Digest>::output_size()
}

fn squeezed(shake: impl ExtendableOutput, length: usize) -> Vec<u8> {
    let mut out = alloc::vec![0; length];
    shake.finalize_xof().read(&mut out);
    out
}

/// A hash object, of any of the types.
#[repr(C)]
struct Hash {
    header: Header,
    state: Mut<Box<State>>,
}

object!(Hash, Kind::Other, "hash", |this, visit| {});

/// A buffer to be hashed.
fn update_with(vm: &mut Vm, state: &mut State, value: &Value) -> Res<()> {
    if value.get::<Str>().is_some() {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    match bytes::of(vm, value)? {
        Some(data) => {
            state.update(&data);
            Ok(())
        }
        None => Err(vm.type_error("object supporting the buffer API required")),
    }
}

/// A hash object of a type, with what is given hashed.
fn new_hash(vm: &mut Vm, class: &Class, mut state: State, data: Option<&Value>) -> Res<Value> {
    if let Some(data) = data {
        update_with(vm, &mut state, data)?;
    }
    Ok(vm.heap.new_object(class, |header| Hash { header, state: Mut::new(Box::new(state)) }))
}

/// The constructor function of a hash type: `data` or `string`, first or last of the arguments.
fn construct(vm: &mut Vm, arguments: &[Value], spec: &'static TypeSpec, state: State) -> Res<Value> {
    let (data, text) = (argument(arguments, 0), argument(arguments, 2));
    if data.is_some() && text.is_some() {
        return Err(vm.type_error("'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version."));
    }
    let class = vm.class_from_spec(spec);
    match class.get::<Class>() {
        Some(class) => new_hash(vm, class, state, data.or(text)),
        None => Ok(Value::NONE),
    }
}

fn update(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Hash>(vm, arguments)?;
    update_with(vm, this.state.get_mut(), arguments.get(1).unwrap_or(NONE))?;
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = receiver::<Hash>(vm, arguments)?.state.get().clone();
    let class = vm.class_of(&arguments[0]);
    Ok(vm.heap.new_object(&class, |header| Hash { header, state: Mut::new(state) }))
}

/// Longest digest of a function without a length of its own.
const LONGEST: usize = 1 << 29;

fn digest_bytes(vm: &mut Vm, arguments: &[Value]) -> Res<Vec<u8>> {
    let this = receiver::<Hash>(vm, arguments)?;
    let length = match argument(arguments, 1) {
        None => 0,
        Some(length) => {
            let length = fitting_index(vm, length, Ex::OverflowError, "Python int too large to convert to C unsigned long")?;
            match usize::try_from(length) {
                Ok(length) if length < LONGEST => length,
                Ok(_) => return Err(vm.value_error("length is too large")),
                Err(_) => return Err(vm.value_error("value must be positive")),
            }
        }
    };
    vm.check_memory(length.checked_mul(3))?;
    Ok(this.state.get().digest(length))
}

fn digest(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let digest = digest_bytes(vm, arguments)?;
    Ok(vm.new_bytes(&digest))
}

fn hex_digest(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    use core::fmt::Write;
    let digest = digest_bytes(vm, arguments)?;
    let mut text = StrBuilder::with_capacity(digest.len() * 2);
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    text.finish(vm)
}

const METHODS: [Native; 4] = [
    Native::simple("update($self, obj, /)", update, "Update this hash object's state with the provided string."),
    Native::simple("copy($self, /)", copy, "Return a copy of the hash object."),
    Native::simple("digest($self, /)", digest, "Return the digest value as a bytes object."),
    Native::simple("hexdigest($self, /)", hex_digest, "Return the digest value as a string of hexadecimal digits."),
];

const SHAKE_METHODS: [Native; 4] = [
    Native::simple("update($self, obj, /)", update, "Update this hash object's state with the provided string."),
    Native::simple("copy($self, /)", copy, "Return a copy of the hash object."),
    Native::simple("digest($self, length, /)", digest, "Return the digest value as a bytes object."),
    Native::simple("hexdigest($self, length, /)", hex_digest, "Return the digest value as a string of hexadecimal digits."),
];

static GETTERS: &[Getter] = &[
    Getter::read_only(
        "name",
        |vm, this| {
            let name = about(vm, this)?.0;
            Ok(vm.new_str(name))
        },
        "algorithm name.",
    ),
    Getter::read_only(
        "block_size",
        |vm, this| {
            let size = about(vm, this)?.1;
            Ok(vm.new_size(size))
        },
        "block size.",
    ),
    Getter::read_only(
        "digest_size",
        |vm, this| {
            let size = receiver::<Hash>(vm, core::slice::from_ref(this))?.state.get().digest_size();
            Ok(vm.new_size(size))
        },
        "output digest length.",
    ),
];

fn about(vm: &mut Vm, this: &Value) -> Res<(&'static str, usize)> {
    Ok(receiver::<Hash>(vm, core::slice::from_ref(this))?.state.get().about())
}

/// A type whose objects a function makes.
const fn hash_type(module: &'static str, name: &'static str) -> TypeSpec {
    TypeSpec { module, flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: &METHODS, getters: GETTERS, ..TypeSpec::new(name, Hash::LAYOUT) }
}

static MD5: TypeSpec = hash_type("_md5", "md5");
static SHA1: TypeSpec = hash_type("_sha1", "sha1");
static SHA224: TypeSpec = hash_type("_sha2", "SHA224Type");
static SHA256: TypeSpec = hash_type("_sha2", "SHA256Type");
static SHA384: TypeSpec = hash_type("_sha2", "SHA384Type");
static SHA512: TypeSpec = hash_type("_sha2", "SHA512Type");

macro_rules! constructor {
    ($signature:literal, $spec:ident, $state:expr, $doc:literal) => {
        Native::simple($signature, |vm, arguments| construct(vm, arguments, &$spec, $state), $doc)
    };
}

fn set_type(vm: &mut Vm, module: &Namespace, name: &str, spec: &'static TypeSpec) {
    let class = vm.class_from_spec(spec);
    module.set(vm, name, class);
}

pub static MD5_MODULE: ModuleSpec = ModuleSpec {
    natives: &[constructor!("md5(data=b'', *, usedforsecurity=True, string=None)", MD5, State::Md5(Md5::new()), "Return a new MD5 hash object.")],
    constants: |vm, module| set_type(vm, module, "MD5Type", &MD5),
    ..ModuleSpec::new("_md5", "")
};

pub static SHA1_MODULE: ModuleSpec = ModuleSpec {
    natives: &[constructor!("sha1(data=b'', *, usedforsecurity=True, string=None)", SHA1, State::Sha1(Sha1::new()), "Return a new SHA1 hash object.")],
    constants: |vm, module| set_type(vm, module, "SHA1Type", &SHA1),
    ..ModuleSpec::new("_sha1", "")
};

pub static SHA2_MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        constructor!("sha224(data=b'', *, usedforsecurity=True, string=None)", SHA224, State::Sha224(Sha224::new()), "Return a new SHA-224 hash object."),
        constructor!("sha256(data=b'', *, usedforsecurity=True, string=None)", SHA256, State::Sha256(Sha256::new()), "Return a new SHA-256 hash object."),
        constructor!("sha384(data=b'', *, usedforsecurity=True, string=None)", SHA384, State::Sha384(Sha384::new()), "Return a new SHA-384 hash object."),
        constructor!("sha512(data=b'', *, usedforsecurity=True, string=None)", SHA512, State::Sha512(Sha512::new()), "Return a new SHA-512 hash object."),
    ],
    types: &[&SHA224, &SHA256, &SHA384, &SHA512],
    ..ModuleSpec::new("_sha2", "")
};

// ---- SHA-3

/// A type that makes its objects itself.
macro_rules! sha3_type {
    ($static:ident, $name:literal, $state:expr, $methods:ident, $signature:literal) => {
        static $static: TypeSpec = TypeSpec {
            module: "_sha3",
            flags: CLASS_FINAL,
            natives: &{
                let [update, copy, digest, hex_digest] = $methods;
                [Native::simple($signature, |vm, arguments| new_sha3(vm, arguments, $name, $state), "Create and return a new object."), update, copy, digest, hex_digest]
            },
            getters: &SHA3_GETTERS,
            ..TypeSpec::new($name, Hash::LAYOUT)
        };
    };
}

fn new_sha3(vm: &mut Vm, arguments: &[Value], name: &str, state: State) -> Res<Value> {
    let class = allocation_class::<Hash>(vm, arguments, name)?;
    new_hash(vm, &class, state, argument(arguments, 1))
}

fn rate_bits(vm: &mut Vm, this: &Value) -> Res<i64> {
    Ok(about(vm, this)?.1 as i64 * 8)
}

static SHA3_GETTERS: [Getter; 6] = [
    Getter::read_only(
        "name",
        |vm, this| {
            let name = about(vm, this)?.0;
            Ok(vm.new_str(name))
        },
        "algorithm name.",
    ),
    Getter::read_only(
        "block_size",
        |vm, this| {
            let size = about(vm, this)?.1;
            Ok(vm.new_size(size))
        },
        "block size.",
    ),
    Getter::read_only(
        "digest_size",
        |vm, this| {
            let size = receiver::<Hash>(vm, core::slice::from_ref(this))?.state.get().digest_size();
            Ok(vm.new_size(size))
        },
        "output digest length.",
    ),
    Getter::read_only(
        "_capacity_bits",
        |vm, this| {
            let rate = rate_bits(vm, this)?;
            Ok(vm.new_int(1600 - rate))
        },
        "capacity.",
    ),
    Getter::read_only(
        "_rate_bits",
        |vm, this| {
            let rate = rate_bits(vm, this)?;
            Ok(vm.new_int(rate))
        },
        "rate.",
    ),
    Getter::read_only(
        "_suffix",
        |vm, this| {
            let shake = about(vm, this)?.0.starts_with("shake");
            Ok(vm.new_bytes(if shake { b"\x1f" } else { b"\x06" }))
        },
        "suffix.",
    ),
];

sha3_type!(SHA3_224, "sha3_224", State::Sha3_224(Sha3_224::new()), METHODS, "__new__($type, data=b'', /, *, usedforsecurity=True, string=None)");
sha3_type!(SHA3_256, "sha3_256", State::Sha3_256(Sha3_256::new()), METHODS, "__new__($type, data=b'', /, *, usedforsecurity=True, string=None)");
sha3_type!(SHA3_384, "sha3_384", State::Sha3_384(Sha3_384::new()), METHODS, "__new__($type, data=b'', /, *, usedforsecurity=True, string=None)");
sha3_type!(SHA3_512, "sha3_512", State::Sha3_512(Sha3_512::new()), METHODS, "__new__($type, data=b'', /, *, usedforsecurity=True, string=None)");
sha3_type!(SHAKE_128, "shake_128", State::Shake128(Shake128::default()), SHAKE_METHODS, "__new__($type, data=b'', /, *, usedforsecurity=True, string=None)");
sha3_type!(SHAKE_256, "shake_256", State::Shake256(Shake256::default()), SHAKE_METHODS, "__new__($type, data=b'', /, *, usedforsecurity=True, string=None)");

pub static SHA3_MODULE: ModuleSpec = ModuleSpec {
    types: &[&SHA3_224, &SHA3_256, &SHA3_384, &SHA3_512, &SHAKE_128, &SHAKE_256],
    constants: |vm, module| module.set_str(vm, "implementation", "RustCrypto"),
    ..ModuleSpec::new("_sha3", "")
};

// ---- BLAKE2

/// What one of the two BLAKE2 functions allows.
struct Blake {
    name: &'static str,
    digest: usize,
    key: usize,
    salt: usize,
    person: usize,
    /// Bits of the node offset.
    offset_bits: u32,
}

const BLAKE2B: Blake = Blake { name: "blake2b", digest: 64, key: 64, salt: 16, person: 16, offset_bits: 64 };
const BLAKE2S: Blake = Blake { name: "blake2s", digest: 32, key: 32, salt: 8, person: 8, offset_bits: 48 };

/// The parameters of a BLAKE2 hash.
struct Parameters {
    digest_size: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    last_node: bool,
}

/// An integer argument between two numbers.
fn ranged(vm: &mut Vm, arguments: &[Value], index: usize, default: i128, least: i128, most: i128, message: &str) -> Res<i128> {
    let Some(value) = argument(arguments, index) else { return Ok(default) };
    let number = scalar::integer(vm, value)?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(vm.value_error(message)) }
}

/// [`ranged`] for numbers that C holds in an unsigned type.
fn unsigned(vm: &mut Vm, arguments: &[Value], index: usize, most: i128, message: &str) -> Res<i128> {
    let Some(value) = argument(arguments, index) else { return Ok(0) };
    match scalar::integer(vm, value)? {
        number if number < 0 => Err(vm.value_error("value must be positive")),
        number if number > most => Err(vm.raise(Ex::OverflowError, message)),
        number => Ok(number),
    }
}

/// A bytes argument of at most so many bytes.
fn limited(vm: &mut Vm, arguments: &[Value], index: usize, what: &str, most: usize) -> Res<Vec<u8>> {
    let Some(value) = argument(arguments, index) else { return Ok(Vec::new()) };
    let data = bytes::required(vm, value)?;
    if data.len() > most {
        return Err(vm.value_error(&format!("maximum {what} length is {most} bytes")));
    }
    Ok(data.into_owned())
}

fn parameters(vm: &mut Vm, arguments: &[Value], blake: &Blake) -> Res<Parameters> {
    let most = blake.digest as i128;
    let digest_message = format!("digest_size must be between 1 and {most} bytes");
    let digest_size = ranged(vm, arguments, 2, most, 1, most, &digest_message)? as usize;
    let key = limited(vm, arguments, 3, "key", blake.key)?;
    let salt = limited(vm, arguments, 4, "salt", blake.salt)?;
    let person = limited(vm, arguments, 5, "person", blake.person)?;
    let fanout = ranged(vm, arguments, 6, 1, 0, 255, "fanout must be between 0 and 255")? as u8;
    let depth = ranged(vm, arguments, 7, 1, 1, 255, "depth must be between 1 and 255")? as u8;
    let leaf_size = unsigned(vm, arguments, 8, u32::MAX.into(), "leaf_size is too large")? as u32;
    let node_offset = unsigned(vm, arguments, 9, (1 << blake.offset_bits) - 1, "node_offset is too large")? as u64;
    let node_depth = ranged(vm, arguments, 10, 0, 0, 255, "node_depth must be between 0 and 255")? as u8;
    let inner_message = format!("inner_size must be between 0 and is {most}");
    let inner_size = ranged(vm, arguments, 11, 0, 0, most, &inner_message)? as usize;
    let last_node = match argument(arguments, 12) {
        Some(last) => vm.truth(last)?,
        None => false,
    };
    Ok(Parameters { digest_size, key, salt, person, fanout, depth, leaf_size, node_offset, node_depth, inner_size, last_node })
}

macro_rules! blake {
    ($library:ident, $state:ident, $parameters:expr) => {{
        let parameters = $parameters;
        let state = $library::Params::new()
            .hash_length(parameters.digest_size)
            .key(&parameters.key)
            .salt(&parameters.salt)
            .personal(&parameters.person)
            .fanout(parameters.fanout)
            .max_depth(parameters.depth)
            .max_leaf_length(parameters.leaf_size)
            .node_offset(parameters.node_offset)
            .node_depth(parameters.node_depth)
            .inner_hash_length(parameters.inner_size)
            .last_node(parameters.last_node)
            .to_state();
        State::$state(state, parameters.digest_size)
    }};
}

fn new_blake(vm: &mut Vm, arguments: &[Value], blake: &Blake) -> Res<Value> {
    let class = allocation_class::<Hash>(vm, arguments, blake.name)?;
    let parameters = parameters(vm, arguments, blake)?;
    let state = if blake.name == "blake2b" { blake!(blake2b_simd, Blake2b, parameters) } else { blake!(blake2s_simd, Blake2s, parameters) };
    new_hash(vm, &class, state, argument(arguments, 1))
}

macro_rules! blake_type {
    ($static:ident, $blake:ident, $name:literal, $signature:literal) => {
        static $static: TypeSpec = TypeSpec {
            module: "_blake2",
            natives: &{
                let [update, copy, digest, hex_digest] = METHODS;
                [Native::simple($signature, |vm, arguments| new_blake(vm, arguments, &$blake), "Return a new BLAKE2 hash object."), update, copy, digest, hex_digest]
            },
            getters: GETTERS,
            ..TypeSpec::new($name, Hash::LAYOUT)
        };
    };
}

blake_type!(
    BLAKE2B_TYPE,
    BLAKE2B,
    "blake2b",
    "__new__($type, data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
);
blake_type!(
    BLAKE2S_TYPE,
    BLAKE2S,
    "blake2s",
    "__new__($type, data=b'', /, *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
);

pub static BLAKE2_MODULE: ModuleSpec = ModuleSpec {
    types: &[&BLAKE2B_TYPE, &BLAKE2S_TYPE],
    constants: |vm, module| {
        for (spec, blake) in [(&BLAKE2B_TYPE, &BLAKE2B), (&BLAKE2S_TYPE, &BLAKE2S)] {
            let class = vm.class_from_spec(spec);
            let sizes = [("SALT_SIZE", blake.salt), ("PERSON_SIZE", blake.person), ("MAX_KEY_SIZE", blake.key), ("MAX_DIGEST_SIZE", blake.digest)];
            for (name, size) in sizes {
                let (key, value) = (vm.intern(name), vm.new_size(size));
                if let Some(class) = class.get::<Class>() {
                    drop(class.namespace().set_interned(&key, value.clone()));
                }
                let name = format!("{}_{name}", blake.name.to_ascii_uppercase());
                module.set(vm, &name, value);
            }
        }
    },
    ..ModuleSpec::new("_blake2", "")
};
