//! Regular expressions as they run: the code that Lib's `re._compiler` writes (a list of words, most of them distances), read once and
//! checked, becomes nodes that refer to each other by index. Knows nothing of values.

use super::charset::{Category, Fold, Set, SetItem};
use crate::object::str::{encode_code_point, is_surrogate};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The version of the code that is understood: `_constants.MAGIC`.
pub const MAGIC: i64 = 20_230_612;
/// "For ever" as a maximum.
pub const FOREVER: u32 = u32::MAX;
/// Most groups in a pattern.
pub const MAX_GROUPS: usize = i32::MAX as usize / 2;

/// The words that begin instructions, in the order of `_constants.OPCODES`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Failure,
    Success,
    Any,
    AnyAll,
    Assert,
    AssertNot,
    At,
    Branch,
    Category,
    Charset,
    BigCharset,
    GroupRef,
    GroupRefExists,
    In,
    Info,
    Jump,
    Literal,
    Mark,
    MaxUntil,
    MinUntil,
    NotLiteral,
    Negate,
    Range,
    Repeat,
    RepeatOne,
    Subpattern,
    MinRepeatOne,
    AtomicGroup,
    PossessiveRepeat,
    PossessiveRepeatOne,
    GroupRefIgnore,
    InIgnore,
    LiteralIgnore,
    NotLiteralIgnore,
    GroupRefLocale,
    InLocale,
    LiteralLocale,
    NotLiteralLocale,
    GroupRefUnicode,
    InUnicode,
    LiteralUnicode,
    NotLiteralUnicode,
    RangeUnicode,
}

static WORDS: [Word; 43] = [
    Word::Failure,
    Word::Success,
    Word::Any,
    Word::AnyAll,
    Word::Assert,
    Word::AssertNot,
    Word::At,
    Word::Branch,
    Word::Category,
    Word::Charset,
    Word::BigCharset,
    Word::GroupRef,
    Word::GroupRefExists,
    Word::In,
    Word::Info,
    Word::Jump,
    Word::Literal,
    Word::Mark,
    Word::MaxUntil,
    Word::MinUntil,
    Word::NotLiteral,
    Word::Negate,
    Word::Range,
    Word::Repeat,
    Word::RepeatOne,
    Word::Subpattern,
    Word::MinRepeatOne,
    Word::AtomicGroup,
    Word::PossessiveRepeat,
    Word::PossessiveRepeatOne,
    Word::GroupRefIgnore,
    Word::InIgnore,
    Word::LiteralIgnore,
    Word::NotLiteralIgnore,
    Word::GroupRefLocale,
    Word::InLocale,
    Word::LiteralLocale,
    Word::NotLiteralLocale,
    Word::GroupRefUnicode,
    Word::InUnicode,
    Word::LiteralUnicode,
    Word::NotLiteralUnicode,
    Word::RangeUnicode,
];

/// Bits of an info block.
const INFO_PREFIX: u32 = 1;
const INFO_CHARSET: u32 = 4;

/// What one character is asked.
#[derive(Clone, Copy, Debug)]
pub enum Test {
    /// Not a line break.
    Any,
    All,
    Never,
    Is(u32),
    IsNot(u32),
    /// The character folded is this one.
    Folds(Fold, u32),
    FoldsNot(Fold, u32),
    Category(Category),
    /// In a set of [`Program::sets`].
    In(u32),
}

/// Where the text must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Beginning,
    BeginningOfLine,
    BeginningOfText,
    Boundary,
    NoBoundary,
    End,
    EndOfLine,
    EndOfText,
    UnicodeBoundary,
    NoUnicodeBoundary,
}

static PLACES: [Place; 12] = [
    Place::Beginning,
    Place::BeginningOfLine,
    Place::BeginningOfText,
    Place::Boundary,
    Place::NoBoundary,
    Place::End,
    Place::EndOfLine,
    Place::EndOfText,
    // With the flag LOCALE: the C locale, in which words are ASCII.
    Place::Boundary,
    Place::NoBoundary,
    Place::UnicodeBoundary,
    Place::NoUnicodeBoundary,
];

/// How often something repeats.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub least: u32,
    /// [`FOREVER`]: no limit.
    pub most: u32,
}

/// One step. Targets are indices of nodes.
#[derive(Clone, Copy, Debug)]
pub enum Node {
    /// The whole pattern matches.
    Accept,
    Fail,
    Char(Test),
    /// These bytes of [`Program::text`].
    Text {
        start: u32,
        length: u32,
    },
    Mark(u32),
    At(Place),
    Jump(u32),
    /// What follows, or else the node at `next`.
    Branch {
        next: u32,
    },
    /// Begins a repetition; goes to its end, which decides.
    Repeat {
        until: u32,
    },
    MaxUntil {
        body: u32,
        times: Times,
    },
    MinUntil {
        body: u32,
        times: Times,
    },
    /// A repeated character, as often as possible.
    Greedy {
        test: Test,
        times: Times,
    },
    Lazy {
        test: Test,
        times: Times,
    },
    Possessive {
        test: Test,
        times: Times,
    },
    Atomic,
    AtomicEnd,
    /// Looks ahead, from `back` characters before.
    Assert {
        back: u32,
    },
    AssertEnd,
    AssertNot {
        back: u32,
        next: u32,
    },
    AssertNotEnd,
    /// Begins a possessive repetition; its turn follows.
    PossessiveRepeat,
    PossessiveTurn {
        times: Times,
        next: u32,
    },
    PossessiveEnd {
        turn: u32,
    },
    /// What a group matched, once more.
    Group {
        group: u32,
        fold: Fold,
    },
    /// What follows if the group matched, else the node at `next`.
    IfGroup {
        group: u32,
        next: u32,
    },
}

/// What a pattern matches on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Matches {
    Str,
    Bytes,
    /// Made of a tree without a source (`re.Scanner`).
    Both,
}

/// A checked regular expression.
pub struct Program {
    pub nodes: Box<[Node]>,
    pub text: Box<[u8]>,
    pub sets: Box<[Set]>,
    /// Fewest characters of a match.
    pub least: usize,
    /// Bytes that every match begins with: a range of `text`.
    pub prefix: (usize, usize),
    /// The set that the first character of every match is in.
    pub first: Option<usize>,
    /// Matches begin at the beginning of the text only.
    pub anchored: bool,
}

/// What a `SUCCESS` ends.
enum Open {
    Atomic,
    Assert,
    AssertNot,
    Possessive { turn: u32 },
}

struct Reader<'a> {
    codes: &'a [u32],
    matches: Matches,
    groups: u32,
    nodes: Vec<Node>,
    text: Vec<u8>,
    sets: Vec<Set>,
    /// The node at each position of the code.
    node_at: Vec<u32>,
    /// Positions that something jumps to.
    labels: Vec<bool>,
    /// Positions of the distances inside branches.
    alternatives: Vec<bool>,
    /// Where the open blocks end.
    open: Vec<(usize, Open)>,
    /// Repetitions: where they end, how often, their first node.
    repeats: Vec<(usize, Times, u32)>,
}

const NOWHERE: u32 = u32::MAX;

/// Reads the code of a pattern with so many groups; None if it makes no sense.
pub fn read(codes: &[u32], groups: usize, matches: Matches) -> Option<Program> {
    let count = codes.len();
    let mut reader = Reader {
        codes,
        matches,
        groups: u32::try_from(groups).ok()?,
        nodes: Vec::new(),
        text: Vec::new(),
        sets: Vec::new(),
        node_at: alloc::vec![NOWHERE; count + 1],
        labels: alloc::vec![false; count + 1],
        alternatives: alloc::vec![false; count + 1],
        open: Vec::new(),
        repeats: Vec::new(),
    };
    let mut program = Program { nodes: Box::new([]), text: Box::new([]), sets: Box::new([]), least: 0, prefix: (0, 0), first: None, anchored: false };
    let mut at = 0;
    if reader.word(0) == Some(Word::Info) {
        at = reader.info(&mut program)?;
    }
    while at < count {
        at = reader.instruction(at)?;
    }
    if !reader.open.is_empty() || !reader.repeats.is_empty() {
        return None;
    }
    reader.resolve()?;
    program.anchored = matches!(reader.nodes.first(), Some(Node::At(Place::Beginning | Place::BeginningOfText)));
    program.nodes = reader.nodes.into_boxed_slice();
    program.text = reader.text.into_boxed_slice();
    program.sets = reader.sets.into_boxed_slice();
    Some(program)
}

impl Reader<'_> {
    fn code(&self, at: usize) -> Option<u32> {
        self.codes.get(at).copied()
    }

    fn word(&self, at: usize) -> Option<Word> {
        WORDS.get(self.code(at)? as usize).copied()
    }

    /// The position that the distance at `at` leads to.
    fn target(&mut self, at: usize) -> Option<usize> {
        let target = at.checked_add(self.code(at)? as usize)?;
        *self.labels.get_mut(target)? = true;
        Some(target)
    }

    fn push(&mut self, node: Node) -> Option<()> {
        self.nodes.push(node);
        (self.nodes.len() < NOWHERE as usize).then_some(())
    }

    fn times(&self, at: usize) -> Option<Times> {
        let times = Times { least: self.code(at)?, most: self.code(at + 1)? };
        (times.least <= times.most).then_some(times)
    }

    /// The bytes of a literal character where its encoding is the same in all texts that the pattern matches on.
    fn literal(&self, code: u32, buffer: &mut [u8; 4]) -> Option<usize> {
        match self.matches {
            Matches::Str if code < 0x11_0000 => Some(encode_code_point(code, buffer).len()),
            Matches::Bytes if code < 0x100 => {
                buffer[0] = code as u8;
                Some(1)
            }
            Matches::Both if code < 0x80 => {
                buffer[0] = code as u8;
                Some(1)
            }
            _ => None,
        }
    }

    fn info(&mut self, program: &mut Program) -> Option<usize> {
        let end = self.target(1)?;
        let flags = self.code(2)?;
        program.least = self.code(3)? as usize;
        if flags & INFO_PREFIX != 0 {
            let count = self.code(5)? as usize;
            let start = self.text.len();
            let mut buffer = [0; 4];
            for index in 0..count {
                let Some(width) = self.literal(self.code(7 + index)?, &mut buffer) else { break };
                self.text.extend_from_slice(buffer.get(..width)?);
            }
            program.prefix = (start, self.text.len());
        } else if flags & INFO_CHARSET != 0 {
            let (set, after) = self.set(5, Fold::None)?;
            if after > end {
                return None;
            }
            program.first = Some(set as usize);
        }
        Some(end)
    }

    /// Reads a set; gives its index and where it ends.
    fn set(&mut self, mut at: usize, fold: Fold) -> Option<(u32, usize)> {
        let mut items = Vec::new();
        let mut negated = false;
        if self.word(at)? == Word::Negate {
            negated = true;
            at += 1;
        }
        loop {
            match self.word(at)? {
                Word::Failure => break,
                Word::Literal => {
                    let code = self.code(at + 1)?;
                    items.push(SetItem::Range(code, code));
                    at += 2;
                }
                Word::Range => {
                    items.push(SetItem::Range(self.code(at + 1)?, self.code(at + 2)?));
                    at += 3;
                }
                Word::RangeUnicode => {
                    items.push(SetItem::UpperRange(self.code(at + 1)?, self.code(at + 2)?));
                    at += 3;
                }
                Word::Category => {
                    items.push(SetItem::Category(Category::from_code(self.code(at + 1)?)?));
                    at += 2;
                }
                Word::Charset => {
                    let bits: Box<[u32]> = self.codes.get(at + 1..at + 9)?.into();
                    items.push(SetItem::Bits(bits));
                    at += 9;
                }
                Word::BigCharset => {
                    let blocks = self.code(at + 1)? as usize;
                    let index: Vec<u8> = self.codes.get(at + 2..at + 66)?.iter().flat_map(|word| word.to_ne_bytes()).collect();
                    let end = at.checked_add(66)?.checked_add(blocks.checked_mul(8)?)?;
                    let bits: Box<[u32]> = self.codes.get(at + 66..end)?.into();
                    if index.iter().any(|&block| block as usize >= blocks) {
                        return None;
                    }
                    items.push(SetItem::Blocks(index.into_boxed_slice(), bits));
                    at = end;
                }
                _ => return None,
            }
        }
        self.sets.push(Set::new(items, negated, fold));
        Some((u32::try_from(self.sets.len() - 1).ok()?, at + 1))
    }

    /// The character at `at`, folded: with the flag LOCALE the code has it as written.
    fn folded(&self, at: usize, fold: Fold) -> Option<u32> {
        let code = self.code(at)?;
        Some(if fold == Fold::Locale { fold.apply(code) } else { code })
    }

    /// Reads what one character is asked; None in the middle if it is no such instruction.
    fn test(&mut self, at: usize) -> Option<Option<(Test, usize)>> {
        let word = self.word(at)?;
        let fold = match word {
            Word::InIgnore | Word::LiteralIgnore | Word::NotLiteralIgnore => Fold::Ascii,
            Word::InLocale | Word::LiteralLocale | Word::NotLiteralLocale => Fold::Locale,
            Word::InUnicode | Word::LiteralUnicode | Word::NotLiteralUnicode => Fold::Unicode,
            _ => Fold::None,
        };
        let (test, after) = match word {
            Word::Failure => (Test::Never, at + 1),
            Word::Any => (Test::Any, at + 1),
            Word::AnyAll => (Test::All, at + 1),
            Word::Category => (Test::Category(Category::from_code(self.code(at + 1)?)?), at + 2),
            Word::Literal => (Test::Is(self.code(at + 1)?), at + 2),
            Word::NotLiteral => (Test::IsNot(self.code(at + 1)?), at + 2),
            Word::LiteralIgnore | Word::LiteralLocale | Word::LiteralUnicode => (Test::Folds(fold, self.folded(at + 1, fold)?), at + 2),
            Word::NotLiteralIgnore | Word::NotLiteralLocale | Word::NotLiteralUnicode => (Test::FoldsNot(fold, self.folded(at + 1, fold)?), at + 2),
            Word::In | Word::InIgnore | Word::InLocale | Word::InUnicode => {
                let end = self.target(at + 1)?;
                let (set, after) = self.set(at + 2, fold)?;
                if after != end {
                    return None;
                }
                (Test::In(set), after)
            }
            _ => return Some(None),
        };
        Some(Some((test, after)))
    }

    /// Reads one instruction; gives where the next one begins.
    fn instruction(&mut self, at: usize) -> Option<usize> {
        let node = self.nodes.len() as u32;
        *self.node_at.get_mut(at)? = node;
        if *self.alternatives.get(at)? && self.code(at)? != 0 {
            return self.alternative(at);
        }
        let word = self.word(at)?;
        match word {
            Word::Failure => {
                self.push(Node::Fail)?;
                return Some(at + 1);
            }
            Word::Literal => return self.text(at),
            Word::Success => return self.success(at),
            _ => {}
        }
        if let Some((test, after)) = self.test(at)? {
            self.push(Node::Char(test))?;
            return Some(after);
        }
        match word {
            Word::Mark => {
                let mark = self.code(at + 1)?;
                if mark / 2 >= self.groups {
                    return None;
                }
                self.push(Node::Mark(mark))?;
                Some(at + 2)
            }
            Word::At => {
                self.push(Node::At(*PLACES.get(self.code(at + 1)? as usize)?))?;
                Some(at + 2)
            }
            Word::Jump => {
                let target = self.target(at + 1)?;
                self.push(Node::Jump(u32::try_from(target).ok()?))?;
                Some(at + 2)
            }
            Word::Branch => {
                *self.alternatives.get_mut(at + 1)? = true;
                Some(at + 1)
            }
            Word::Repeat => {
                let end = self.target(at + 1)?;
                let times = self.times(at + 2)?;
                *self.labels.get_mut(at + 4)? = true;
                self.push(Node::Repeat { until: u32::try_from(end).ok()? })?;
                self.repeats.push((end, times, node + 1));
                Some(at + 4)
            }
            Word::MaxUntil | Word::MinUntil => {
                let (end, times, body) = self.repeats.pop()?;
                if end != at {
                    return None;
                }
                self.push(if word == Word::MaxUntil { Node::MaxUntil { body, times } } else { Node::MinUntil { body, times } })?;
                Some(at + 1)
            }
            Word::RepeatOne | Word::MinRepeatOne | Word::PossessiveRepeatOne => {
                let end = self.target(at + 1)?;
                let times = self.times(at + 2)?;
                let (test, after) = self.test(at + 4)??;
                if after + 1 != end || self.word(after)? != Word::Success {
                    return None;
                }
                self.push(match word {
                    Word::RepeatOne => Node::Greedy { test, times },
                    Word::MinRepeatOne => Node::Lazy { test, times },
                    _ => Node::Possessive { test, times },
                })?;
                Some(end)
            }
            Word::AtomicGroup => {
                let end = self.target(at + 1)?;
                self.push(Node::Atomic)?;
                self.open.push((end.checked_sub(1)?, Open::Atomic));
                Some(at + 2)
            }
            Word::Assert => {
                let end = self.target(at + 1)?;
                self.push(Node::Assert { back: self.code(at + 2)? })?;
                self.open.push((end.checked_sub(1)?, Open::Assert));
                Some(at + 3)
            }
            Word::AssertNot => {
                let end = self.target(at + 1)?;
                self.push(Node::AssertNot { back: self.code(at + 2)?, next: u32::try_from(end).ok()? })?;
                self.open.push((end.checked_sub(1)?, Open::AssertNot));
                Some(at + 3)
            }
            Word::PossessiveRepeat => {
                let end = self.target(at + 1)?;
                let times = self.times(at + 2)?;
                self.push(Node::PossessiveRepeat)?;
                *self.labels.get_mut(end + 1)? = true;
                self.push(Node::PossessiveTurn { times, next: u32::try_from(end + 1).ok()? })?;
                self.open.push((end, Open::Possessive { turn: node + 1 }));
                Some(at + 4)
            }
            Word::GroupRef | Word::GroupRefIgnore | Word::GroupRefLocale | Word::GroupRefUnicode => {
                let group = self.code(at + 1)?;
                if group >= self.groups {
                    return None;
                }
                let fold = match word {
                    Word::GroupRef => Fold::None,
                    Word::GroupRefIgnore => Fold::Ascii,
                    Word::GroupRefLocale => Fold::Locale,
                    _ => Fold::Unicode,
                };
                self.push(Node::Group { group, fold })?;
                Some(at + 2)
            }
            Word::GroupRefExists => {
                let group = self.code(at + 1)?;
                if group >= self.groups {
                    return None;
                }
                // The distance counts from one word before itself.
                let target = (at + 1).checked_add(self.code(at + 2)? as usize)?;
                *self.labels.get_mut(target)? = true;
                self.push(Node::IfGroup { group, next: u32::try_from(target).ok()? })?;
                Some(at + 3)
            }
            Word::Info => self.target(at + 1),
            _ => None,
        }
    }

    /// The distance before an alternative of a branch.
    fn alternative(&mut self, at: usize) -> Option<usize> {
        let next = self.target(at)?;
        *self.alternatives.get_mut(next)? = true;
        // The last alternative has nothing to fall back on.
        if self.code(next)? != 0 {
            self.push(Node::Branch { next: u32::try_from(next).ok()? })?;
        }
        Some(at + 1)
    }

    /// Literal characters, as many as follow each other.
    fn text(&mut self, mut at: usize) -> Option<usize> {
        let start = self.text.len();
        let first = at;
        let mut buffer = [0; 4];
        while at < self.codes.len() && self.word(at) == Some(Word::Literal) && (at == first || !(*self.labels.get(at)? || *self.alternatives.get(at)?)) {
            let Some(width) = self.literal(self.code(at + 1)?, &mut buffer) else { break };
            self.text.extend_from_slice(buffer.get(..width)?);
            at += 2;
        }
        let (length, code) = (self.text.len() - start, self.code(first + 1)?);
        if at - first == 2 && (code < 0x80 || is_surrogate(code)) {
            self.text.truncate(start);
            self.push(Node::Char(Test::Is(code)))?;
        } else if at == first {
            self.push(Node::Char(Test::Is(code)))?;
            at += 2;
        } else {
            self.push(Node::Text { start: u32::try_from(start).ok()?, length: u32::try_from(length).ok()? })?;
        }
        Some(at)
    }

    fn success(&mut self, at: usize) -> Option<usize> {
        let node = match self.open.pop() {
            None => Node::Accept,
            Some((end, _)) if end != at => return None,
            Some((_, Open::Atomic)) => Node::AtomicEnd,
            Some((_, Open::Assert)) => Node::AssertEnd,
            Some((_, Open::AssertNot)) => Node::AssertNotEnd,
            Some((_, Open::Possessive { turn })) => Node::PossessiveEnd { turn },
        };
        self.push(node)?;
        Some(at + 1)
    }

    /// Targets become nodes.
    fn resolve(&mut self) -> Option<()> {
        for node in &mut self.nodes {
            let target = match node {
                Node::Jump(target)
                | Node::Branch { next: target }
                | Node::Repeat { until: target }
                | Node::AssertNot { next: target, .. }
                | Node::PossessiveTurn { next: target, .. }
                | Node::IfGroup { next: target, .. } => target,
                _ => continue,
            };
            *target = self.node_at.get(*target as usize).copied().filter(|&node| node != NOWHERE)?;
        }
        Some(())
    }
}
