//! The instruction set: every opcode declared once, with its operand shape. The compiler writes these, the verifier
//! checks them, the disassembler prints them and `vm::step` runs them; nothing else knows their encoding.
//!
//! # Registers and frames
//! A frame's registers are `R[0]..R[register_count]`: parameters first (positional, keyword-only, `*args`, `**kwargs`), then
//! the other locals, then temporaries, allocated like a stack. An unassigned register holds *undefined*. Writing a
//! register drops what it held. Module and class code have their namespace in `R[0]`.
//!
//! # Call windows
//! A call's callee sits in `R[w]`, three slots follow for the frame header, and the arguments start at
//! `R[w + HEADER_SLOTS]`: they become the callee's first registers where they are. A call consumes its window: afterwards
//! the registers from `w` on are undefined.
//!
//! # Consumed operands
//! The `x` byte of operators and the like says which source registers are temporaries at their last use
//! ([`CONSUME_B`], [`CONSUME_C`], [`CONSUME_A`]): the instruction leaves them undefined when they held a reference (a
//! consumed small integer or float may stay behind: it owns nothing). A temporary that is also the destination needs no flag.

/// Slots before a frame's first register: function, return pc, return base with flags, constants.
pub const HEADER_SLOTS: usize = 4;

/// `x` flag: the register named by `b` is a temporary that this instruction consumes.
pub const CONSUME_B: u8 = 1;
/// `x` flag: the register named by `c` is a temporary that this instruction consumes.
pub const CONSUME_C: u8 = 2;
/// `x` flag of arithmetic: an augmented assignment (`__iadd__` before `__add__`).
pub const IN_PLACE: u8 = 4;
/// `x` flag: the register named by `a` (an operand here, not a destination) is a temporary to consume.
pub const CONSUME_A: u8 = 8;

/// One instruction: 64 bits on every target. `b` and `c` together also hold a signed 32-bit jump offset or a constant index.
/// Jump offsets count instructions from the one after the jump.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C, align(8))]
pub struct Instr {
    pub op: Op,
    pub x: u8,
    pub a: u16,
    pub b: u16,
    pub c: u16,
}

impl Instr {
    pub const fn new(op: Op, x: u8, a: u16, b: u16, c: u16) -> Instr {
        Instr { op, x, a, b, c }
    }

    /// An instruction whose `b` and `c` hold one 32-bit operand.
    pub const fn wide(op: Op, x: u8, a: u16, operand: i32) -> Instr {
        Instr { op, x, a, b: operand as u32 as u16, c: ((operand as u32) >> 16) as u16 }
    }

    /// The 32-bit operand in `b` and `c`.
    #[inline(always)]
    pub const fn operand(self) -> i32 {
        (self.b as u32 | (self.c as u32) << 16) as i32
    }
}

/// What the operand fields of an opcode mean; drives the verifier and the disassembler.
/// `R` reads a register, `W` writes one, `I16` is a signed immediate, `J16` a jump offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// No operands.
    None,
    /// `a` written.
    W,
    /// `a` read.
    R,
    /// `a` written, `b` read.
    WR,
    /// `a` written, `b` and `c` read.
    WRR,
    /// `a` and `b` read.
    RR,
    /// `a`, `b` and `c` read.
    RRR,
    /// `a` written, `b` read, `c` a signed immediate.
    WRI16,
    /// `a` written, operand a constant index.
    WConst,
    /// `a` written, operand a 32-bit immediate.
    WI32,
    /// Operand a jump offset.
    J32,
    /// `a` read, operand a jump offset.
    RJ32,
    /// `a` and `b` read, `c` a jump offset.
    RRJ16,
    /// `a` read, `b` a signed immediate, `c` a jump offset.
    RI16J16,
    /// `a` written, `b` read (both may change), `c` a jump offset.
    WRJ16,
    /// `a` written, operand a site index.
    WSite,
    /// `a` read, operand a site index.
    RSite,
    /// Operand a site index.
    Site,
    /// `a` written, `b` read, `c` a site index.
    WRSite,
    /// `a` and `b` read, `c` a site index.
    RRSite,
    /// `a` read, `c` a site index.
    RSiteC,
    /// Window at `a` (five registers) written, `b` read, `c` a site index.
    WindowRSite,
    /// `a` written, window at `b` with `c` arguments.
    Call,
    /// `a` written, window at `b` with `c` arguments after the self slot.
    CallMethod,
    /// `a` written, window at `b` with two argument registers.
    CallEx,
    /// `a` written, registers `b .. b + c` read.
    WRange,
    /// `a` written, registers `b .. b + 2c` read.
    WRange2,
    /// `a` written, registers `b .. b + 3` read.
    WRange3,
    /// `a` written, registers `b .. b + x` read, `c` an id.
    Intrinsic,
    /// `a` written, `b` an index, `c` the first of some registers by flags in `x`.
    MakeFunction,
    /// `a` written, operand an index of the closure's cells.
    WFree,
    /// `a` read, operand an index of the closure's cells.
    RFree,
    /// Registers `a .. a + c` written, `b` read.
    Unpack,
    /// Registers `a .. a + x + 1 + c` written, `b` read.
    UnpackEx,
    /// `a` and `a + 1` written, `b` read, `c` a small number.
    PairRNumber,
    /// `a` and `a + 1` written, `b` and `c` read.
    PairRR,
    /// `a` written, operand a small number.
    WNumber,
    /// `a` written, `b` read, `c` the first of two registers.
    WRPair,
}

macro_rules! opcodes {
    ($($(#[doc = $doc:literal])+ $name:ident $shape:ident;)+) => {
        /// An operation. The doc comment of each says what it does; [`Op::shape`] what its operands are.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op { $($(#[doc = $doc])+ $name,)+ }

        impl Op {
            /// Every opcode, in order of its number.
            pub const ALL: &'static [Op] = &[$(Op::$name,)+];
            const NAMES: &'static [&'static str] = &[$(stringify!($name),)+];
            const SHAPES: &'static [Shape] = &[$(Shape::$shape,)+];
        }
    };
}

impl Op {
    /// The name that the disassembler prints.
    pub fn name(self) -> &'static str {
        Op::NAMES[self as usize]
    }

    /// What the operand fields mean.
    pub fn shape(self) -> Shape {
        Op::SHAPES[self as usize]
    }

    /// The opcode with this number, if there is one.
    pub fn from_u8(number: u8) -> Option<Op> {
        Op::ALL.get(number as usize).copied()
    }
}

opcodes! {
    /// Never written by the compiler; reaching it is a verifier's bug.
    Invalid None;
    // ---- registers and constants
    /// `R[a] = R[b]`. Copies *undefined* too.
    Move WR;
    /// `R[a] = R[b]`, leaving `R[b]` undefined.
    MoveTemp WR;
    /// `R[a] = constants[operand]`
    LoadConst WConst;
    /// `R[a] = operand` as an integer.
    LoadInt WI32;
    /// `R[a] = None`
    LoadNone W;
    /// `R[a] = (x != 0)`
    LoadBool W;
    /// `R[a]` becomes undefined.
    Clear W;
    /// UnboundLocalError if `R[a]` is undefined (named by the local names of the code).
    CheckBound R;
    /// `R[a] =` the common object number `operand` ([`Common`]).
    LoadCommon WNumber;

    // ---- variables
    /// `R[a] = Cell(R[a])`; an undefined register gives an empty cell.
    MakeCell W;
    /// `R[a] =` content of the cell in `R[b]`; UnboundLocalError if empty.
    LoadCell WR;
    /// Content of the cell in `R[a]` becomes `R[b]`. x: CONSUME_B
    StoreCell RR;
    /// Empties the cell in `R[a]`; UnboundLocalError if it was empty.
    DeleteCell R;
    /// `R[a] =` content of closure cell `operand`; NameError if empty.
    LoadFree WFree;
    /// Content of closure cell `operand` becomes `R[a]`. x: CONSUME_A
    StoreFree RFree;
    /// Empties closure cell `operand` (`a` is ignored); NameError if it was empty.
    DeleteFree RFree;
    /// `R[a] =` the closure's cell number `operand` itself.
    LoadFreeCell WFree;
    /// `R[a] = globals[name]`, else `builtins[name]`, else NameError.
    LoadGlobal WSite;
    /// `globals[name] = R[a]`. x: CONSUME_A
    StoreGlobal RSite;
    /// `del globals[name]`, else NameError.
    DeleteGlobal Site;
    /// `R[a] =` name in the namespace `R[0]`, else globals, else builtins, else NameError.
    LoadName WSite;
    /// Name in the namespace `R[0]` becomes `R[a]`. x: CONSUME_A
    StoreName RSite;
    /// Deletes the name from the namespace `R[0]`, else NameError.
    DeleteName Site;
    /// `R[a] =` name (site `c`) in the namespace `R[0]`, else the content of the cell in `R[b]` (a class body's free variable, fetched by LoadFreeCell). x: CONSUME_B
    LoadClassCell WRSite;
    /// `R[a] =` name (site `c`) in the namespace dict `R[b]`, else globals, else builtins (annotation scopes inside classes). x: CONSUME_B
    LoadNameFrom WRSite;
    /// `R[a] =` name (site `c`) in the namespace dict `R[b]`, else the content of the cell in `R[b+1]`; both registers are consumed.
    LoadNameFromCell WRSite;

    // ---- arithmetic; x: CONSUME_B, CONSUME_C, IN_PLACE
    /// `R[a] = R[b] + R[c]`
    Add WRR;
    /// `R[a] = R[b] - R[c]`
    Sub WRR;
    /// `R[a] = R[b] * R[c]`
    Mul WRR;
    /// `R[a] = R[b] / R[c]`
    TrueDiv WRR;
    /// `R[a] = R[b] // R[c]`
    FloorDiv WRR;
    /// `R[a] = R[b] % R[c]`
    Mod WRR;
    /// `R[a] = R[b] ** R[c]`
    Pow WRR;
    /// `R[a] = R[b] @ R[c]`
    MatMul WRR;
    /// `R[a] = R[b] << R[c]`
    LShift WRR;
    /// `R[a] = R[b] >> R[c]`
    RShift WRR;
    /// `R[a] = R[b] & R[c]`
    And WRR;
    /// `R[a] = R[b] | R[c]`
    Or WRR;
    /// `R[a] = R[b] ^ R[c]`
    Xor WRR;
    /// `R[a] = R[b] + c`, and so on: `c` is a signed 16-bit integer.
    AddInt WRI16;
    /// `R[a] = R[b] - c`
    SubInt WRI16;
    /// `R[a] = R[b] * c`
    MulInt WRI16;
    /// `R[a] = R[b] // c`
    FloorDivInt WRI16;
    /// `R[a] = R[b] % c`
    ModInt WRI16;
    /// `R[a] = R[b] ** c`
    PowInt WRI16;
    /// `R[a] = R[b] << c`
    LShiftInt WRI16;
    /// `R[a] = R[b] >> c`
    RShiftInt WRI16;
    /// `R[a] = R[b] & c`
    AndInt WRI16;
    /// `R[a] = -R[b]`
    Neg WR;
    /// `R[a] = +R[b]`
    Pos WR;
    /// `R[a] = ~R[b]`
    Invert WR;
    /// `R[a] = not R[b]`
    Not WR;

    // ---- comparison; x: CONSUME_B, CONSUME_C
    /// `R[a] = R[b] < R[c]`
    Lt WRR;
    /// `R[a] = R[b] <= R[c]`
    Le WRR;
    /// `R[a] = R[b] == R[c]`
    Eq WRR;
    /// `R[a] = R[b] != R[c]`
    Ne WRR;
    /// `R[a] = R[b] > R[c]`
    Gt WRR;
    /// `R[a] = R[b] >= R[c]`
    Ge WRR;
    /// `R[a] = R[b] is R[c]`
    Is WRR;
    /// `R[a] = R[b] is not R[c]`
    IsNot WRR;
    /// `R[a] = R[b] in R[c]`
    In WRR;
    /// `R[a] = R[b] not in R[c]`
    NotIn WRR;

    // ---- jumps
    /// Forward jump.
    Jump J32;
    /// Backward jump: counts a tick.
    Loop J32;
    /// Jump if `R[a]` is true. x: CONSUME_A. May jump backward (then it counts a tick), as all conditional jumps.
    JumpTrue RJ32;
    /// Jump if `R[a]` is false. x: CONSUME_A
    JumpFalse RJ32;
    /// Jump if `R[a] is None`. x: CONSUME_A
    JumpNone RJ32;
    /// Jump if `R[a] is not None`. x: CONSUME_A
    JumpNotNone RJ32;
    /// Jump if `R[a] < R[b]`. x: CONSUME_A, CONSUME_B, as for all fused comparisons.
    JumpLt RRJ16;
    /// Jump unless `R[a] < R[b]`
    JumpNotLt RRJ16;
    /// Jump if `R[a] <= R[b]`
    JumpLe RRJ16;
    /// Jump unless `R[a] <= R[b]`
    JumpNotLe RRJ16;
    /// Jump if `R[a] == R[b]`
    JumpEq RRJ16;
    /// Jump unless `R[a] == R[b]`
    JumpNotEq RRJ16;
    /// Jump if `R[a] != R[b]`
    JumpNe RRJ16;
    /// Jump unless `R[a] != R[b]`
    JumpNotNe RRJ16;
    /// Jump if `R[a] > R[b]`
    JumpGt RRJ16;
    /// Jump unless `R[a] > R[b]`
    JumpNotGt RRJ16;
    /// Jump if `R[a] >= R[b]`
    JumpGe RRJ16;
    /// Jump unless `R[a] >= R[b]`
    JumpNotGe RRJ16;
    /// Jump if `R[a] < b` (a signed 16-bit integer), and so on. x: CONSUME_A
    JumpLtInt RI16J16;
    /// Jump unless `R[a] < b`
    JumpNotLtInt RI16J16;
    /// Jump if `R[a] <= b`
    JumpLeInt RI16J16;
    /// Jump unless `R[a] <= b`
    JumpNotLeInt RI16J16;
    /// Jump if `R[a] == b`
    JumpEqInt RI16J16;
    /// Jump unless `R[a] == b`
    JumpNotEqInt RI16J16;
    /// Jump if `R[a] != b`
    JumpNeInt RI16J16;
    /// Jump unless `R[a] != b`
    JumpNotNeInt RI16J16;
    /// Jump if `R[a] > b`
    JumpGtInt RI16J16;
    /// Jump unless `R[a] > b`
    JumpNotGtInt RI16J16;
    /// Jump if `R[a] >= b`
    JumpGeInt RI16J16;
    /// Jump unless `R[a] >= b`
    JumpNotGeInt RI16J16;
    /// Jump if `R[a] is R[b]`
    JumpIs RRJ16;
    /// Jump if `R[a] is not R[b]`
    JumpIsNot RRJ16;
    /// Jump if `R[a] in R[b]`
    JumpIn RRJ16;
    /// Jump if `R[a] not in R[b]`
    JumpNotIn RRJ16;

    // ---- iteration
    /// `R[a] = iter(R[b])`. x: CONSUME_B
    GetIter WR;
    /// Next item of the iterator `R[b]` into `R[a]`, then jump by `c` (to the loop's body, backward: counts a tick).
    /// Exhausted: `R[b]` becomes undefined and control falls through.
    ForIter WRJ16;

    // ---- aggregates; element registers are consumed
    /// `R[a] = [R[b] .. R[b+c]]`
    BuildList WRange;
    /// `R[a] = (R[b] .. R[b+c])`
    BuildTuple WRange;
    /// `R[a] = {R[b] .. R[b+c]}`
    BuildSet WRange;
    /// `R[a] = {R[b]: R[b+1], ..}`, `c` pairs.
    BuildMap WRange2;
    /// `R[a] =` concatenation of the strings `R[b] .. R[b+c]`
    BuildString WRange;
    /// `R[a] = slice(R[b], R[b+1], R[b+2])`
    BuildSlice WRange3;
    /// `R[a].append(R[b])` for a list display or comprehension. x: CONSUME_B
    ListAppend RR;
    /// `R[a].add(R[b])` for a set display or comprehension. x: CONSUME_B
    SetAdd RR;
    /// `R[a][R[b]] = R[c]` for a dict display or comprehension. x: CONSUME_B, CONSUME_C
    MapAdd RRR;
    /// `R[a].extend(R[b])` for a list display. x: CONSUME_B
    ListExtend RR;
    /// `R[a].update(R[b])` for a set display. x: CONSUME_B
    SetUpdate RR;
    /// `R[a].update(R[b])` for a dict display (`{**m}`). x: CONSUME_B
    MapUpdate RR;
    /// `R[a] =` what a call's only `*R[b]` passes: `R[b]` itself if it is a tuple or list, else the list of its items; TypeError for a non-iterable names the callee `R[c]`. x: CONSUME_B
    StarArgs WRR;
    /// As MapUpdate for a call's `**m`: TypeError for a repeated keyword or a non-mapping, naming the callee `R[c]`. x: CONSUME_B
    MapMerge RRR;
    /// `R[a] = tuple(R[b])`, `R[b]` a list that nobody else holds. x: CONSUME_B
    ListToTuple WR;
    /// `R[a] .. R[a+c] = R[b]`, exactly `c` items. x: CONSUME_B
    Unpack Unpack;
    /// `x & 0xff` items, a list of the rest, then `c` items from `R[b]`. Does not consume.
    UnpackEx UnpackEx;

    // ---- subscripts and attributes
    /// `R[a] = R[b][R[c]]`. x: CONSUME_B, CONSUME_C
    GetItem WRR;
    /// `R[a] = R[b][c]`, `c` a signed 16-bit integer. x: CONSUME_B
    GetItemInt WRI16;
    /// `R[a] = R[b][R[c]:R[c+1]]`; `R[c]` and `R[c+1]` are consumed. x: CONSUME_B
    GetSlice WRPair;
    /// `R[a][R[b]] = R[c]`. x: CONSUME_A, CONSUME_B, CONSUME_C
    SetItem RRR;
    /// `del R[a][R[b]]`. x: CONSUME_A, CONSUME_B
    DeleteItem RR;
    /// `R[a] = R[b].name`. x: CONSUME_B
    GetAttr WRSite;
    /// `R[a].name = R[b]`. x: CONSUME_A, CONSUME_B
    SetAttr RRSite;
    /// `del R[a].name`. x: CONSUME_A
    DeleteAttr RSiteC;

    // ---- calls
    /// Prepares the window `a` to call `R[b].name`: `R[a] =` the callable, `R[a+4] =` self, or undefined if the callable is bound already. `a` and `b` may be the same. x: CONSUME_B
    LoadMethod WindowRSite;
    /// `R[a] = R[b](..)`, `c` positional arguments from `R[b+4]`.
    Call Call;
    /// Calls what LoadMethod prepared in window `b`; `c` positional arguments from `R[b+5]`.
    CallMethod CallMethod;
    /// As Call, with keywords: `c` counts all arguments, `R[b+1]` holds the tuple of names of the last ones.
    CallKw Call;
    /// As CallMethod, with keywords: `c` counts all arguments after self, `R[b+1]` the tuple of names of the last ones.
    CallMethodKw CallMethod;
    /// `R[a] = R[b](*R[b+4], **R[b+5])`: `R[b+4]` a list or tuple, `R[b+5]` a dict, or undefined.
    CallEx CallEx;
    /// Returns `R[a]` (moved). Registers from `R[b]` on own nothing any more (b = 0: all may).
    Return R;
    /// Returns None. `b` as for Return.
    ReturnNone None;
    /// `R[a] = Function(children[b])`; from `R[c]` on those that the flags in `x` name, consumed: [`FUNCTION_DEFAULTS`] a tuple,
    /// [`FUNCTION_KEYWORD_DEFAULTS`] a dict, [`FUNCTION_ANNOTATE`] a function. Cells are captured as the child's `captures` say.
    MakeFunction MakeFunction;
    /// `R[a] = __build_class__`
    LoadBuildClass W;

    // ---- generators and coroutines
    /// First instruction of generators, coroutines (x = 1) and async generators (x = 2): moves the frame into a new object and returns it.
    MakeGenerator None;
    /// Yields `R[b]`; the value sent in arrives in `R[a]`. x: [`YIELD_DELEGATING`] inside `yield from` and `await`: the iterator is in `R[c]`;
    /// [`YIELD_ASYNC`]: an async generator's own `yield`.
    Yield WRR;
    /// `R[a] =` what `yield from R[b]` iterates. x: CONSUME_B
    GetYieldFromIter WR;
    /// `R[a] =` the iterator of awaitable `R[b]`. x: CONSUME_B, and 16 for `__aenter__`, 32 for `__aexit__` (error text).
    GetAwaitable WR;
    /// Sends `R[a]` into the iterator `R[b]`: what it yields arrives in `R[a]` and control falls through; when it returns, its value
    /// arrives in `R[a]`, `R[b]` becomes undefined, and control jumps by `c`.
    Send WRJ16;
    /// `R[a] = R[b].__aiter__()`. x: CONSUME_B
    GetAIter WR;
    /// `R[a] =` iterator of the awaitable `R[b].__anext__()`.
    GetANext WR;

    // ---- exceptions
    /// `R[a] =` the exception being handled so far (or None); `R[b]` becomes the one being handled.
    PushHandled WR;
    /// The exception being handled becomes `R[a]` again (moved).
    PopHandled R;
    /// `raise R[a]`
    Raise R;
    /// `raise R[a] from R[b]`
    RaiseFrom RR;
    /// Raises the exception `R[a]` again, moved, its traceback kept as it is.
    Reraise R;
    /// Bare `raise`.
    RaiseCurrent None;
    /// `R[a], R[a+1], R[a+2] =` class, itself and traceback of exception `R[b]`, the arguments of `__exit__`; `c` is 3.
    ExceptionInfo Unpack;
    /// `R[a] =` whether exception `R[b]` matches `R[c]` (a class or tuple of classes). x: CONSUME_C
    ExceptionMatch WRR;
    /// except*: splits `R[b]` (an exception, or None) by type `R[c]`: `R[a] =` the rest or None, `R[a+1] =` the matching group or None. x: CONSUME_C
    ExceptionGroupMatch PairRR;
    /// except*: `R[a] =` what to raise at the end (or None), from the original exception `R[b]` and the list `R[c]` of raised and unhandled ones.
    PrepareReraiseStar WRR;
    /// `R[a] =` the method number `c` ([`Special`]) of `R[b]`, `R[a+1] =` self, or undefined if bound already.
    LoadSpecial PairRNumber;

    // ---- strings, patterns, imports, the rest
    /// `R[a] = format(R[b], R[c])`. x: CONSUME_B; [`FORMAT_SPEC`] if `R[c]` is a format spec (consumed), and the conversion in bits 4-5 ([`FORMAT_STR`], [`FORMAT_REPR`], [`FORMAT_ASCII`]).
    Format WRR;
    /// `R[a] =` tuple of `x` positional and the keyword attributes of `R[b]` matched against class `R[c]`, keyword names in the tuple `R[c+1]`; None if no match.
    MatchClass WRPair;
    /// `R[a] =` whether `R[b]` is a mapping for a pattern.
    MatchMapping WR;
    /// `R[a] =` whether `R[b]` is a sequence for a pattern.
    MatchSequence WR;
    /// `R[a] =` tuple of the values of `R[b]` for the keys `R[c]` (a tuple), or None if one is missing.
    MatchKeys WRR;
    /// `R[a] = dict(R[b])` without the keys in the tuple `R[c]`.
    MatchRest WRR;
    /// `R[a] = len(R[b])`
    GetLen WR;
    /// `R[a] = __import__(name, globals, locals, R[b], R[b+1])`: fromlist and level in `R[b]`, `R[b+1]` (consumed), name in site `c`.
    ImportName WRSite;
    /// `R[a] = R[b].name` as `from` imports do (falls back to sys.modules; ImportError).
    ImportFrom WRSite;
    /// Copies the public names of module `R[a]` into the namespace `R[0]`.
    ImportStar R;
    /// `R[a] =` intrinsic function number `c` ([`Intrinsic`]) of `R[b] .. R[b+x]` (consumed).
    Intrinsic Intrinsic;
    /// Reads the code's body from its image and begins with that; stands in for the instructions of code that has never run.
    ReadBody None;
    /// Goes on with a frame of the VM's own: a native continuation, a constructor, .. (`x`: `vm::frame::Resume`). Only in the VM's own code.
    ResumeNative None;
    /// Leaves the interpreter loop; only in the VM's own code.
    Leave None;
}

/// `x` of MakeFunction: a tuple of positional defaults.
pub const FUNCTION_DEFAULTS: u8 = 1;
/// `x` of MakeFunction: a dict of keyword-only defaults.
pub const FUNCTION_KEYWORD_DEFAULTS: u8 = 2;
/// `x` of MakeFunction: the `__annotate__` function.
pub const FUNCTION_ANNOTATE: u8 = 4;

/// `x` of Yield: `R[c]` is the iterator delegated to.
pub const YIELD_DELEGATING: u8 = 1;
/// `x` of Yield: the `yield` of an async generator.
pub const YIELD_ASYNC: u8 = 2;

/// `x` of Format: `R[c]` holds a format spec.
pub const FORMAT_SPEC: u8 = 2;
/// `x` of Format: `!s`
pub const FORMAT_STR: u8 = 1 << 4;
/// `x` of Format: `!r`
pub const FORMAT_REPR: u8 = 2 << 4;
/// `x` of Format: `!a`
pub const FORMAT_ASCII: u8 = 3 << 4;

/// Objects that [`Op::LoadCommon`] loads, whatever the program has done to the builtins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Common {
    AssertionError,
    NotImplementedError,
    StopAsyncIteration,
    StopIteration,
    BaseException,
    Ellipsis,
    /// The `tuple` type.
    Tuple,
    /// The `super` type.
    Super,
}

/// Special methods that [`Op::LoadSpecial`] looks up on the type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Special {
    Enter,
    Exit,
    AsyncEnter,
    AsyncExit,
}

/// Functions that [`Op::Intrinsic`] calls; arguments in consecutive registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Intrinsic {
    /// (value): `sys.displayhook(value)`, in interactive mode.
    Display,
    /// (name): a TypeVar without bound.
    TypeVar,
    /// (name, evaluate_bound function): a TypeVar with a bound.
    TypeVarWithBound,
    /// (name, evaluate_constraints function)
    TypeVarWithConstraints,
    /// (name)
    ParamSpec,
    /// (name)
    TypeVarTuple,
    /// (parameter, evaluate_default function): sets the default, returns the parameter.
    SetTypeParamDefault,
    /// (function, type_params tuple): sets `__type_params__`, returns the function.
    SetTypeParams,
    /// (type_params tuple): `Generic[*type_params]`
    SubscriptGeneric,
    /// (name, type_params tuple or None, evaluate_value function): a TypeAliasType.
    TypeAlias,
    /// (value, str, conversion or None, format_spec): `string.templatelib.Interpolation`
    Interpolation,
    /// (strings tuple, interpolations tuple): `string.templatelib.Template`
    Template,
    /// (value): StopIteration raised inside a generator or coroutine becomes RuntimeError. The VM applies it itself; reserved.
    StopIterationError,
    /// (): the dict for `locals()` of module/class code is `R[0]`; reserved for annotation scopes.
    Locals,
    /// (namespace): makes sure that the namespace has an `__annotations__` dict (`from __future__ import annotations`).
    SetupAnnotations,
}
