//! The matcher: runs a [`Program`] over a text with an explicit stack of choices, so that no pattern needs native stack, and stops
//! when it has used up its steps, to go on later: a pattern that backtracks for ever holds nobody up and can be interrupted.
//!
//! What has to be undone when a choice is taken back (marks, counts of repetitions) is noted on a trail. Positions are byte offsets.

use super::charset::Category;
use super::program::{FOREVER, Node, Place, Program, Test, Times};
use crate::object::byte_search;
use crate::object::str::{decode_at, start_before};
use alloc::vec::Vec;

/// No position.
pub const NONE: usize = usize::MAX;

/// How characters lie in a text.
pub trait Text: Copy {
    /// The character at a position, and where the next one is.
    fn next(self, at: usize) -> Option<(u32, usize)>;
    /// The character before a position, and where it begins.
    fn before(self, at: usize) -> Option<(u32, usize)>;
    fn bytes(&self) -> &[u8];
    /// Moves forward by so many characters; None if there are not so many.
    fn skip(self, at: usize, count: usize) -> Option<usize>;
    /// Moves back by so many characters; None if there are not so many.
    fn back(self, at: usize, count: usize) -> Option<usize>;
}

/// A byte is a character: bytes, and str in ASCII.
#[derive(Clone, Copy)]
pub struct Narrow<'a>(pub &'a [u8]);

/// Generalized UTF-8.
#[derive(Clone, Copy)]
pub struct Wide<'a>(pub &'a [u8]);

impl Text for Narrow<'_> {
    #[inline(always)]
    fn next(self, at: usize) -> Option<(u32, usize)> {
        self.0.get(at).map(|&byte| (u32::from(byte), at + 1))
    }

    #[inline(always)]
    fn before(self, at: usize) -> Option<(u32, usize)> {
        let start = at.checked_sub(1)?;
        self.0.get(start).map(|&byte| (u32::from(byte), start))
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        self.0
    }

    #[inline(always)]
    fn skip(self, at: usize, count: usize) -> Option<usize> {
        at.checked_add(count).filter(|&at| at <= self.0.len())
    }

    #[inline(always)]
    fn back(self, at: usize, count: usize) -> Option<usize> {
        at.checked_sub(count)
    }
}

impl Text for Wide<'_> {
    #[inline(always)]
    fn next(self, at: usize) -> Option<(u32, usize)> {
        match decode_at(self.0, at) {
            (_, 0) => None,
            (code_point, width) => Some((code_point, at + width)),
        }
    }

    #[inline(always)]
    fn before(self, at: usize) -> Option<(u32, usize)> {
        if at == 0 {
            return None;
        }
        let start = start_before(self.0, at);
        Some((decode_at(self.0, start).0, start))
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        self.0
    }

    fn skip(self, at: usize, count: usize) -> Option<usize> {
        (0..count).try_fold(at, |at, _| self.next(at).map(|(_, next)| next))
    }

    fn back(self, at: usize, count: usize) -> Option<usize> {
        // Characters are bytes at least.
        at.checked_sub(count)?;
        (0..count).try_fold(at, |at, _| self.before(at).map(|(_, before)| before))
    }
}

/// What a run came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Found,
    NotFound,
    /// The steps are used up; run again.
    Paused,
}

/// A repetition under way.
#[derive(Clone, Copy)]
struct Loop {
    /// Times done; -1 before the first look.
    count: i64,
    /// Where the last time began, so that empty ones end.
    last: usize,
    /// The loop around it.
    outer: usize,
}

/// What to do when what follows fails.
#[derive(Clone, Copy)]
enum Choice {
    Resume {
        node: u32,
        at: usize,
    },
    /// One character less, down to `least`.
    Greedy {
        node: u32,
        at: usize,
        least: usize,
    },
    /// One character more, at most so often.
    Lazy {
        node: u32,
        at: usize,
        left: u32,
    },
    /// No further repetition: what is behind the end of the loop.
    LeaveLoop {
        node: u32,
        at: usize,
        current: usize,
    },
    /// One more repetition of a lazy loop.
    EnterLoop {
        node: u32,
        at: usize,
        current: usize,
    },
    /// Bottom of an atomic group or an assertion, which began at `at`.
    Barrier {
        below: usize,
        at: usize,
    },
    /// Bottom of a negative assertion: holds when its pattern fails.
    Refutation {
        below: usize,
        at: usize,
        node: u32,
    },
    /// Bottom of a turn of a possessive repetition.
    Turn {
        below: usize,
        at: usize,
        node: u32,
        current: usize,
    },
}

/// A choice, and how far to go back for it.
#[derive(Clone, Copy)]
struct Saved {
    choice: Choice,
    trail: usize,
    loops: usize,
}

/// Something as it was.
#[derive(Clone, Copy)]
enum Old {
    Mark(u32, usize),
    LastGroup(u32),
    Current(usize),
    Loop(usize, i64, usize),
}

/// Why going forward ended.
enum Stop {
    Accepted,
    Failed,
    /// The steps are used up; the next run goes on with the next node.
    Spent,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Look for the next place to begin at.
    Seek,
    Run,
    Backtrack,
}

/// What is to be matched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Match,
    FullMatch,
    Search,
}

/// A match under way.
pub struct Machine {
    /// Where groups begin and end.
    pub marks: Vec<usize>,
    /// The group that ended last; 0: none.
    pub last_group: u32,
    /// Where the match begins and, once found, ends.
    pub start: usize,
    pub at: usize,
    mode: Mode,
    /// A match that begins and ends here does not count: there was one already.
    pub not_empty_at: usize,
    phase: Phase,
    node: u32,
    choices: Vec<Saved>,
    trail: Vec<Old>,
    loops: Vec<Loop>,
    /// The innermost loop.
    current: usize,
    /// One more than the index of the innermost barrier; 0: none.
    barrier: usize,
}

impl Machine {
    pub fn new(groups: usize) -> Machine {
        Machine {
            marks: alloc::vec![NONE; groups * 2],
            last_group: 0,
            start: 0,
            at: 0,
            mode: Mode::Match,
            not_empty_at: NONE,
            phase: Phase::Seek,
            node: 0,
            choices: Vec::new(),
            trail: Vec::new(),
            loops: Vec::new(),
            current: NONE,
            barrier: 0,
        }
    }

    /// Begins a match at `start`.
    pub fn begin(&mut self, mode: Mode, start: usize) {
        self.mode = mode;
        self.start = start;
        self.phase = Phase::Seek;
    }

    /// Bytes that the stacks take.
    pub fn size(&self) -> usize {
        self.choices.capacity() * size_of::<Saved>() + self.trail.capacity() * size_of::<Old>() + self.loops.capacity() * size_of::<Loop>()
    }

    fn reset(&mut self) {
        self.marks.fill(NONE);
        self.last_group = 0;
        self.choices.clear();
        self.trail.clear();
        self.loops.clear();
        self.current = NONE;
        self.barrier = 0;
        self.node = 0;
        self.at = self.start;
    }

    /// Goes on for at most `steps` steps, which it counts down.
    pub fn run<T: Text>(&mut self, program: &Program, text: T, steps: &mut usize) -> Outcome {
        loop {
            match self.phase {
                Phase::Seek => {
                    if !self.seek(program, text) {
                        return Outcome::NotFound;
                    }
                    self.reset();
                    self.phase = Phase::Run;
                }
                Phase::Run => match self.forward(program, text, steps) {
                    Stop::Accepted => return Outcome::Found,
                    Stop::Failed => self.phase = Phase::Backtrack,
                    Stop::Spent => return Outcome::Paused,
                },
                Phase::Backtrack => {
                    if self.back(program, text) {
                        self.phase = Phase::Run;
                    } else if self.mode == Mode::Search
                        && !program.anchored
                        && let Some((_, next)) = text.next(self.start)
                    {
                        self.start = next;
                        self.phase = Phase::Seek;
                    } else {
                        return Outcome::NotFound;
                    }
                    *steps = steps.saturating_sub(1);
                    if *steps == 0 {
                        return Outcome::Paused;
                    }
                }
            }
        }
    }

    /// Finds the next place where a match may begin.
    fn seek<T: Text>(&mut self, program: &Program, text: T) -> bool {
        let bytes = text.bytes();
        if bytes.len().checked_sub(self.start).is_none_or(|rest| rest < program.least) {
            return false;
        }
        if self.mode != Mode::Search {
            return true;
        }
        if let Some(prefix) = program.text.get(program.prefix.0..program.prefix.1).filter(|prefix| !prefix.is_empty()) {
            return match bytes.get(self.start..).and_then(|rest| byte_search::find(rest, prefix)) {
                Some(offset) => {
                    self.start += offset;
                    true
                }
                None => false,
            };
        }
        if let Some(set) = program.first.and_then(|first| program.sets.get(first)) {
            loop {
                match text.next(self.start) {
                    Some((code_point, _)) if set.contains(code_point) => return true,
                    Some((_, next)) => self.start = next,
                    None => return false,
                }
            }
        }
        true
    }

    /// Notes how something was, if anybody might go back there.
    #[inline(always)]
    fn note(&mut self, old: Old) {
        if !self.choices.is_empty() {
            self.trail.push(old);
        }
    }

    #[inline(always)]
    fn choose(&mut self, choice: Choice) {
        self.choices.push(Saved { choice, trail: self.trail.len(), loops: self.loops.len() });
    }

    fn set_current(&mut self, current: usize) {
        self.note(Old::Current(self.current));
        self.current = current;
    }

    /// Puts a barrier down; gives the one below.
    fn raise_barrier(&mut self, choice: impl FnOnce(usize) -> Choice) {
        let choice = choice(self.barrier);
        self.choose(choice);
        self.barrier = self.choices.len();
    }

    /// Takes the innermost barrier and every choice above it away.
    fn drop_barrier(&mut self) -> Option<Saved> {
        let index = self.barrier.checked_sub(1)?;
        let saved = *self.choices.get(index)?;
        self.choices.truncate(index);
        if let Choice::Barrier { below, .. } | Choice::Refutation { below, .. } | Choice::Turn { below, .. } = saved.choice {
            self.barrier = below;
        }
        Some(saved)
    }

    fn undo_to(&mut self, height: usize) {
        while self.trail.len() > height {
            match self.trail.pop() {
                Some(Old::Mark(mark, position)) => {
                    if let Some(slot) = self.marks.get_mut(mark as usize) {
                        *slot = position;
                    }
                }
                Some(Old::LastGroup(group)) => self.last_group = group,
                Some(Old::Current(current)) => self.current = current,
                Some(Old::Loop(index, count, last)) => {
                    if let Some(loop_) = self.loops.get_mut(index) {
                        (loop_.count, loop_.last) = (count, last);
                    }
                }
                None => {}
            }
        }
    }

    /// The state of a loop changes.
    fn set_loop(&mut self, index: usize, count: i64, last: usize) {
        if let Some(&Loop { count: old_count, last: old_last, .. }) = self.loops.get(index) {
            self.note(Old::Loop(index, old_count, old_last));
        }
        if let Some(loop_) = self.loops.get_mut(index) {
            (loop_.count, loop_.last) = (count, last);
        }
    }

    fn enter_loop(&mut self, count: i64) {
        self.loops.push(Loop { count, last: NONE, outer: self.current });
        self.set_current(self.loops.len() - 1);
    }

    /// Takes back as far as the newest choice; false if there is none.
    fn back<T: Text>(&mut self, program: &Program, text: T) -> bool {
        while let Some(saved) = self.choices.last().copied() {
            self.undo_to(saved.trail);
            self.loops.truncate(saved.loops);
            match saved.choice {
                Choice::Resume { node, at } => {
                    self.choices.pop();
                    (self.node, self.at) = (node, at);
                    return true;
                }
                Choice::Greedy { node, at, least } => {
                    if at > least
                        && let Some((_, before)) = text.before(at)
                    {
                        if let Some(Saved { choice: Choice::Greedy { at, .. }, .. }) = self.choices.last_mut() {
                            *at = before;
                        }
                        if before == least {
                            self.choices.pop();
                        }
                        (self.node, self.at) = (node, before);
                        return true;
                    }
                    self.choices.pop();
                }
                Choice::Lazy { node, at, left } => {
                    let test = match program.nodes.get(node as usize) {
                        Some(Node::Lazy { test, .. }) => *test,
                        _ => Test::Never,
                    };
                    let next = text.next(at).filter(|&(code_point, _)| left > 0 && holds(program, test, code_point));
                    match next {
                        Some((_, next)) => {
                            if let Some(Saved { choice: Choice::Lazy { at, left, .. }, .. }) = self.choices.last_mut() {
                                *at = next;
                                if *left != FOREVER {
                                    *left -= 1;
                                }
                            }
                            (self.node, self.at) = (node + 1, next);
                            return true;
                        }
                        None => drop(self.choices.pop()),
                    }
                }
                Choice::LeaveLoop { node, at, current } => {
                    self.choices.pop();
                    let outer = self.loops.get(current).map_or(NONE, |loop_| loop_.outer);
                    self.set_current(outer);
                    (self.node, self.at) = (node, at);
                    return true;
                }
                Choice::EnterLoop { node, at, current } => {
                    self.choices.pop();
                    if let (Some(&Node::MinUntil { body, times }), Some(&loop_)) = (program.nodes.get(node as usize), self.loops.get(current)) {
                        let count = loop_.count + 1;
                        if (times.most == FOREVER || count < i64::from(times.most)) && at != loop_.last {
                            self.set_loop(current, count, at);
                            (self.node, self.at) = (body, at);
                            return true;
                        }
                    }
                }
                Choice::Barrier { below, .. } => {
                    self.choices.pop();
                    self.barrier = below;
                }
                Choice::Refutation { below, at, node } => {
                    self.choices.pop();
                    self.barrier = below;
                    (self.node, self.at) = (node, at);
                    return true;
                }
                Choice::Turn { below, at, node, current } => {
                    self.choices.pop();
                    self.barrier = below;
                    if let (Some(&Node::PossessiveTurn { times, next }), Some(&loop_)) = (program.nodes.get(node as usize), self.loops.get(current))
                        && loop_.count >= i64::from(times.least)
                    {
                        self.set_current(loop_.outer);
                        (self.node, self.at) = (next, at);
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Runs until the pattern matches or something fails, or the steps are used up.
    fn forward<T: Text>(&mut self, program: &Program, text: T, steps: &mut usize) -> Stop {
        let bytes = text.bytes();
        while *steps > 0 {
            *steps -= 1;
            let Some(node) = program.nodes.get(self.node as usize) else { return Stop::Failed };
            self.node += 1;
            match *node {
                Node::Char(test) => match text.next(self.at) {
                    Some((code_point, next)) if holds(program, test, code_point) => self.at = next,
                    _ => return Stop::Failed,
                },
                Node::Text { start, length } => {
                    let wanted = program.text.get(start as usize..start as usize + length as usize).unwrap_or_default();
                    if !bytes.get(self.at..).is_some_and(|rest| rest.starts_with(wanted)) {
                        return Stop::Failed;
                    }
                    self.at += wanted.len();
                }
                Node::Accept => {
                    let short = self.mode == Mode::FullMatch && self.at != bytes.len();
                    if short || (self.at == self.start && self.at == self.not_empty_at) {
                        return Stop::Failed;
                    }
                    return Stop::Accepted;
                }
                Node::Fail => return Stop::Failed,
                Node::Mark(mark) => {
                    if let Some(slot) = self.marks.get_mut(mark as usize) {
                        let old = core::mem::replace(slot, self.at);
                        self.note(Old::Mark(mark, old));
                    }
                    if mark % 2 == 1 {
                        self.note(Old::LastGroup(self.last_group));
                        self.last_group = mark / 2 + 1;
                    }
                }
                Node::At(place) => {
                    if !stands(text, self.at, place) {
                        return Stop::Failed;
                    }
                }
                Node::Jump(target) => self.node = target,
                Node::Branch { next } => {
                    let possible = match program.nodes.get(self.node as usize) {
                        Some(&Node::Char(test)) => text.next(self.at).is_some_and(|(code_point, _)| holds(program, test, code_point)),
                        Some(&Node::Text { start, .. }) => bytes.get(self.at) == program.text.get(start as usize),
                        _ => true,
                    };
                    if possible {
                        self.choose(Choice::Resume { node: next, at: self.at });
                    } else {
                        self.node = next;
                    }
                }
                Node::Repeat { until } => {
                    self.enter_loop(-1);
                    self.node = until;
                }
                Node::MaxUntil { body, times } => self.max_until(body, times),
                Node::MinUntil { body, times } => {
                    let Some(&loop_) = self.loops.get(self.current) else { return Stop::Failed };
                    let count = loop_.count + 1;
                    if count < i64::from(times.least) {
                        self.set_loop(self.current, count, loop_.last);
                        self.node = body;
                    } else {
                        self.choose(Choice::EnterLoop { node: self.node - 1, at: self.at, current: self.current });
                        self.set_current(loop_.outer);
                    }
                }
                Node::Greedy { test, times } => {
                    let Some((least, end)) = repeated(program, text, test, self.at, times, steps) else { return Stop::Failed };
                    self.at = end;
                    if end > least {
                        self.choose(Choice::Greedy { node: self.node, at: end, least });
                        // Most often a plain character follows: go back to one at once.
                        if let Some(&Node::Char(Test::Is(wanted))) = program.nodes.get(self.node as usize)
                            && text.next(end).is_none_or(|(code_point, _)| code_point != wanted)
                            && !self.back_to(text, wanted, least, steps)
                        {
                            return Stop::Failed;
                        }
                    }
                }
                Node::Possessive { test, times } => {
                    let Some((_, end)) = repeated(program, text, test, self.at, times, steps) else { return Stop::Failed };
                    self.at = end;
                }
                Node::Lazy { test, times } => {
                    let fewest = Times { most: times.least, ..times };
                    let Some((_, end)) = repeated(program, text, test, self.at, fewest, steps) else { return Stop::Failed };
                    self.at = end;
                    let left = if times.most == FOREVER { FOREVER } else { times.most - times.least };
                    if left > 0 {
                        self.choose(Choice::Lazy { node: self.node - 1, at: end, left });
                    }
                }
                Node::Atomic => {
                    let at = self.at;
                    self.raise_barrier(|below| Choice::Barrier { below, at });
                }
                Node::AtomicEnd => {
                    if self.drop_barrier().is_none() {
                        return Stop::Failed;
                    }
                }
                Node::Assert { back } => {
                    let at = self.at;
                    *steps = steps.saturating_sub(back as usize / 8);
                    let Some(begin) = text.back(at, back as usize) else { return Stop::Failed };
                    self.raise_barrier(|below| Choice::Barrier { below, at });
                    self.at = begin;
                }
                Node::AssertEnd => match self.drop_barrier() {
                    Some(Saved { choice: Choice::Barrier { at, .. }, .. }) => self.at = at,
                    _ => return Stop::Failed,
                },
                Node::AssertNot { back, next } => match text.back(self.at, back as usize) {
                    Some(begin) => {
                        let at = self.at;
                        self.raise_barrier(|below| Choice::Refutation { below, at, node: next });
                        self.at = begin;
                    }
                    None => self.node = next,
                },
                Node::AssertNotEnd => {
                    if let Some(saved) = self.drop_barrier() {
                        self.undo_to(saved.trail);
                    }
                    return Stop::Failed;
                }
                Node::PossessiveRepeat => self.enter_loop(0),
                Node::PossessiveTurn { times, next } => {
                    let Some(&loop_) = self.loops.get(self.current) else { return Stop::Failed };
                    let needed = loop_.count < i64::from(times.least);
                    if needed || ((times.most == FOREVER || loop_.count < i64::from(times.most)) && self.at != loop_.last) {
                        let (at, node, current) = (self.at, self.node - 1, self.current);
                        self.raise_barrier(|below| Choice::Turn { below, at, node, current });
                        self.set_loop(current, loop_.count, if needed { loop_.last } else { at });
                    } else {
                        self.set_current(loop_.outer);
                        self.node = next;
                    }
                }
                Node::PossessiveEnd { turn } => {
                    let Some(Saved { choice: Choice::Turn { current, .. }, .. }) = self.drop_barrier() else { return Stop::Failed };
                    if let Some(&loop_) = self.loops.get(current) {
                        self.set_loop(current, loop_.count + 1, loop_.last);
                    }
                    self.node = turn;
                }
                Node::Group { group, fold } => {
                    let (start, end) = self.group(group);
                    let (mut from, mut at) = (start, self.at);
                    if start == NONE || end == NONE || start > end {
                        return Stop::Failed;
                    }
                    while from < end {
                        match (text.next(from), text.next(at)) {
                            (Some((wanted, after)), Some((found, next))) if wanted == found || fold.apply(wanted) == fold.apply(found) => (from, at) = (after, next),
                            _ => return Stop::Failed,
                        }
                    }
                    *steps = steps.saturating_sub((end - start) / 8);
                    self.at = at;
                }
                Node::IfGroup { group, next } => {
                    let (start, end) = self.group(group);
                    if start == NONE || end == NONE || start > end {
                        self.node = next;
                    }
                }
            }
        }
        Stop::Spent
    }

    fn max_until(&mut self, body: u32, times: Times) {
        let Some(&loop_) = self.loops.get(self.current) else { return };
        let count = loop_.count + 1;
        if count < i64::from(times.least) {
            self.set_loop(self.current, count, loop_.last);
            self.node = body;
        } else if (times.most == FOREVER || count < i64::from(times.most)) && self.at != loop_.last {
            self.choose(Choice::LeaveLoop { node: self.node, at: self.at, current: self.current });
            self.set_loop(self.current, count, self.at);
            self.node = body;
        } else {
            self.set_current(loop_.outer);
        }
    }

    /// Gives characters of the greedy repetition on top back until `wanted` follows.
    fn back_to<T: Text>(&mut self, text: T, wanted: u32, least: usize, steps: &mut usize) -> bool {
        let from = self.at;
        let mut at = self.at;
        let mut found = false;
        while at > least
            && let Some((code_point, before)) = text.before(at)
        {
            at = before;
            if code_point == wanted {
                found = true;
                break;
            }
        }
        *steps = steps.saturating_sub((from - at) / 8);
        self.at = at;
        if let Some(Saved { choice: Choice::Greedy { at: place, .. }, .. }) = self.choices.last_mut() {
            *place = at;
        }
        if at <= least || !found {
            self.choices.pop();
        }
        found
    }

    /// Where a group begins and ends.
    pub fn group(&self, group: u32) -> (usize, usize) {
        let mark = group as usize * 2;
        match self.marks.get(mark..mark + 2) {
            Some(&[start, end]) => (start, end),
            _ => (NONE, NONE),
        }
    }
}

/// Repeats a test: how far it may go back, and where it ends; None if it does not hold often enough.
#[inline]
fn repeated<T: Text>(program: &Program, text: T, test: Test, start: usize, times: Times, steps: &mut usize) -> Option<(usize, usize)> {
    let mut at = start;
    let mut count = 0u32;
    let mut least = if times.least == 0 { Some(start) } else { None };
    if matches!(test, Test::All) && times.most == FOREVER {
        return Some((text.skip(start, times.least as usize)?, text.bytes().len()));
    }
    while count < times.most || times.most == FOREVER {
        match text.next(at) {
            Some((code_point, next)) if holds(program, test, code_point) => at = next,
            _ => break,
        }
        count = count.saturating_add(1);
        if count == times.least {
            least = Some(at);
        }
    }
    // A long run counts as several steps.
    *steps = steps.saturating_sub((at - start) / 8);
    least.map(|least| (least, at))
}

#[inline(always)]
fn holds(program: &Program, test: Test, code_point: u32) -> bool {
    match test {
        Test::Any => code_point != 10,
        Test::All => true,
        Test::Never => false,
        Test::Is(wanted) => code_point == wanted,
        Test::IsNot(unwanted) => code_point != unwanted,
        Test::Folds(fold, wanted) => fold.apply(code_point) == wanted,
        Test::FoldsNot(fold, unwanted) => fold.apply(code_point) != unwanted,
        Test::Category(category) => category.contains(code_point),
        Test::In(set) => program.sets.get(set as usize).is_some_and(|set| set.contains(code_point)),
    }
}

fn stands<T: Text>(text: T, at: usize, place: Place) -> bool {
    let end = text.bytes().len();
    let line_break = |character: Option<(u32, usize)>| character.is_some_and(|(code_point, _)| code_point == 10);
    let at_boundary = |word: Category| {
        let in_word = |character: Option<(u32, usize)>| character.is_some_and(|(code_point, _)| word.contains(code_point));
        in_word(text.before(at)) != in_word(text.next(at))
    };
    match place {
        Place::Beginning | Place::BeginningOfText => at == 0,
        Place::BeginningOfLine => at == 0 || line_break(text.before(at)),
        Place::End => at == end || (line_break(text.next(at)) && at + 1 == end),
        Place::EndOfLine => at == end || line_break(text.next(at)),
        Place::EndOfText => at == end,
        Place::Boundary => at_boundary(Category::WORD),
        Place::NoBoundary => !at_boundary(Category::WORD),
        Place::UnicodeBoundary => at_boundary(Category::UNICODE_WORD),
        Place::NoUnicodeBoundary => !at_boundary(Category::UNICODE_WORD),
    }
}
