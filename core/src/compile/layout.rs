//! The last step of a unit: labels become offsets, jumps that are too far get a longer form, tables are packed.

use alloc::vec::Vec;

use super::unit::{Label, LabelState, UNBOUND, Unit};
use crate::code::isa::{Instr, Op, Shape};
use crate::code::line_table::{LineTableBuilder, Mark, Position};
use crate::code::{Capture, CodeFlags, CodePrototype, Handler};
use crate::syntax::LineIndex;
use crate::syntax::ast::Span;

/// More instructions than this in one unit are refused: duplicated `finally` bodies grow without bound.
const MAX_INSTRUCTIONS: usize = 1 << 24;

/// What the unit itself does not know.
pub(super) struct Header {
    pub filename: alloc::rc::Rc<str>,
    pub flags: CodeFlags,
    pub argument_count: u16,
    pub positional_only_count: u16,
    pub keyword_only_count: u16,
    pub free_names: Vec<alloc::rc::Rc<str>>,
    pub captures: Vec<Capture>,
}

/// The form that an instruction takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is.
    Plain,
    /// A conditional jump with a 16-bit offset that does not reach: the opposite condition skips a long jump.
    Inverted,
    /// `ForIter` whose body is too far: jumps to a long jump behind the exit's.
    Trampoline,
}

impl Form {
    fn size(self) -> u32 {
        match self {
            Form::Plain => 1,
            Form::Inverted => 2,
            Form::Trampoline => 3,
        }
    }
}

/// Turns the unit into a prototype, or names the limit it exceeds.
pub(super) fn finish(unit: Unit<'_>, header: Header, lines: &LineIndex) -> Result<CodePrototype, &'static str> {
    if let Some(limit) = unit.overflow {
        return Err(limit);
    }
    if unit.instructions.len() > MAX_INSTRUCTIONS {
        return Err("too much code in one block");
    }
    if unit.children.len() > u16::MAX as usize {
        return Err("too many functions in one block");
    }
    if unit.local_names.len() >= u16::MAX as usize - 16 {
        return Err("too many local variables");
    }
    let target_of = |label: Label| unit.labels.get(label.0 as usize).map(|state| state.position).filter(|position| *position != UNBOUND);
    let mut targets: Vec<(u32, u32)> = Vec::with_capacity(unit.jumps.len());
    for (at, label) in &unit.jumps {
        targets.push((*at, target_of(*label).ok_or("a jump leads nowhere")?));
    }
    let mut marks = unit.line_marks;
    place_marks(&unit.labels, &unit.jumps, &targets, &mut marks);
    thread_jumps(&unit.instructions, &unit.jumps, &unit.labels, &mut targets, &mut marks);
    let mut instructions = unit.instructions;
    let mut spans = unit.spans;
    // Old position to new position; empty while nothing moves.
    let mut moved: Vec<u32> = Vec::new();
    if instructions.len() > i16::MAX as usize - 8 {
        let forms = choose_forms(&instructions, &targets, &mut moved);
        if forms.iter().any(|form| *form != Form::Plain) {
            (instructions, spans, targets) = expand(&instructions, &spans, &targets, &forms, &moved);
        } else {
            moved.clear();
        }
    }
    let relocate = |position: u32| moved.get(position as usize).copied().unwrap_or(position);
    for (at, target) in targets {
        if let Some(instruction) = instructions.get_mut(at as usize) {
            *instruction = with_offset(*instruction, target as i64 - at as i64 - 1);
        }
    }
    for (position, ..) in &mut marks {
        *position = relocate(*position);
    }
    marks.sort_by_key(|(position, ..)| *position);
    let mut handlers = Vec::with_capacity(unit.handlers.len());
    for raw in &unit.handlers {
        let target = target_of(raw.target).ok_or("a handler leads nowhere")?;
        handlers.push(Handler {
            start: relocate(raw.start),
            end: relocate(raw.end),
            target: relocate(target),
            exception: raw.exception,
            live_registers: raw.live_registers,
        });
    }
    Ok(CodePrototype {
        name: unit.name,
        qualified_name: unit.qualified_name,
        filename: header.filename,
        first_line: unit.first_line,
        flags: header.flags,
        argument_count: header.argument_count,
        positional_only_count: header.positional_only_count,
        keyword_only_count: header.keyword_only_count,
        register_count: unit.register_count as u16,
        local_names: unit.local_names,
        cell_registers: unit.cell_registers,
        free_names: header.free_names,
        captures: header.captures,
        docstring: unit.docstring.map(Vec::into_boxed_slice),
        constants: unit.constants,
        sites: unit.sites,
        children: unit.children,
        instructions,
        handlers,
        lines: line_table(&spans, &marks, lines),
    })
}

/// Whether jumps come to a line without instructions: to labels that stood there before it was noted.
fn place_marks(labels: &[LabelState], jumps: &[(u32, Label)], targets: &[(u32, u32)], marks: &mut [(u32, Span, Mark)]) {
    if marks.is_empty() {
        return;
    }
    // By position, how early and how late labels were put there that are jumped to.
    let mut reached: Vec<(u32, u32)> = jumps.iter().zip(targets).map(|((_, label), (_, target))| (*target, marks_before(labels, *label))).collect();
    reached.sort_unstable();
    for (index, (position, _, mark)) in marks.iter_mut().enumerate() {
        let start = reached.partition_point(|(target, _)| target < position);
        let end = reached.partition_point(|(target, _)| target <= position);
        let (Some((_, earliest)), Some((_, latest))) = (reached.get(start), reached.get(end.wrapping_sub(1)).filter(|_| start < end)) else { continue };
        if *mark == Mark::Passed && *earliest as usize <= index && *latest as usize <= index {
            *mark = Mark::Reached;
        }
    }
}

fn marks_before(labels: &[LabelState], label: Label) -> u32 {
    labels.get(label.0 as usize).map_or(0, |state| state.marks)
}

/// Jumps to a jump go where that one goes. Lines without instructions that they come by on the way are theirs.
fn thread_jumps(instructions: &[Instr], jumps: &[(u32, Label)], labels: &[LabelState], targets: &mut [(u32, u32)], marks: &mut Vec<(u32, Span, Mark)>) {
    const MAX_HOPS: u32 = 8;
    let mut by_position: Vec<(u32, usize)> = marks.iter().enumerate().filter(|(_, mark)| mark.2 != Mark::Jumped).map(|(index, mark)| (mark.0, index)).collect();
    by_position.sort_unstable();
    for index in 0..targets.len() {
        let Some((at, mut target)) = targets.get(index).copied() else { return };
        // The delegating yield's jump back and an iterator's loop have fixed forms.
        if instructions.get(at as usize).is_none_or(|jump| matches!(jump.op, Op::Send | Op::ForIter)) {
            continue;
        }
        let mut by = index;
        for _ in 0..MAX_HOPS {
            if instructions.get(target as usize).is_none_or(|next| next.op != Op::Jump) {
                break;
            }
            match targets.binary_search_by_key(&target, |(at, _)| *at).ok().and_then(|found| Some((found, targets.get(found)?.1))) {
                Some((found, next)) if next != target => {
                    let from = by_position.partition_point(|(position, _)| *position < target);
                    let bound = jumps.get(by).map_or(0, |(_, label)| marks_before(labels, *label)) as usize;
                    let passed = by_position.get(from..).unwrap_or_default().iter().take_while(|(position, _)| *position == target).filter(|(_, mark)| *mark >= bound);
                    for (_, mark) in passed {
                        if let Some((_, span, _)) = marks.get(*mark).copied() {
                            marks.push((at + 1, span, Mark::Jumped));
                        }
                    }
                    (target, by) = (next, found);
                }
                _ => break,
            }
        }
        if let Some(entry) = targets.get_mut(index) {
            entry.1 = target;
        }
    }
}

fn line_table(spans: &[Span], marks: &[(u32, Span, Mark)], lines: &LineIndex) -> crate::code::line_table::LineTable {
    let mut builder = LineTableBuilder::default();
    let mut last: Option<(Span, Position)> = None;
    let mut marks = marks.iter().peekable();
    for (index, span) in spans.iter().enumerate() {
        while let Some((_, span, mark)) = marks.next_if(|(position, ..)| *position as usize <= index) {
            builder.mark(lines.line_column(span.start).0, *mark);
        }
        let position = match last {
            _ if *span == Span::NOWHERE => Position::default(),
            Some((same, position)) if same == *span => position,
            _ => {
                let (line, column) = lines.line_column(span.start);
                let (end_line, end_column) = lines.line_column(span.end);
                Position { line, column, end_line, end_column }
            }
        };
        last = Some((*span, position));
        builder.push(position);
    }
    builder.finish()
}

/// Picks the short form wherever it reaches. Growing a jump may put others out of reach, so until nothing changes.
fn choose_forms(instructions: &[Instr], targets: &[(u32, u32)], moved: &mut Vec<u32>) -> Vec<Form> {
    let mut forms = alloc::vec![Form::Plain; instructions.len()];
    loop {
        moved.clear();
        let mut position = 0;
        for form in &forms {
            moved.push(position);
            position += form.size();
        }
        moved.push(position);
        let mut changed = false;
        for (at, target) in targets {
            let (Some(instruction), Some(form)) = (instructions.get(*at as usize), forms.get_mut(*at as usize)) else {
                continue;
            };
            if *form != Form::Plain || has_long_offset(instruction.op) {
                continue;
            }
            let new = |old: u32| moved.get(old as usize).copied().unwrap_or(old) as i64;
            let offset = new(*target) - new(*at) - 1;
            if offset < i16::MIN as i64 + 4 || offset > i16::MAX as i64 - 4 {
                *form = if inverse(instruction.op).is_some() { Form::Inverted } else { Form::Trampoline };
                changed = true;
            }
        }
        if !changed {
            return forms;
        }
    }
}

type Code = (Vec<Instr>, Vec<Span>, Vec<(u32, u32)>);

fn expand(instructions: &[Instr], spans: &[Span], targets: &[(u32, u32)], forms: &[Form], moved: &[u32]) -> Code {
    let new = |old: u32| moved.get(old as usize).copied().unwrap_or(old);
    let mut jumps = targets.iter().peekable();
    let mut code: Code = (Vec::new(), Vec::new(), Vec::new());
    let jump = Instr::wide(Op::Jump, 0, 0, 0);
    for (index, (instruction, span)) in instructions.iter().zip(spans).enumerate() {
        let target = jumps.next_if(|(at, _)| *at as usize == index).map(|(_, target)| new(*target));
        let at = code.0.len() as u32;
        match (forms.get(index), target) {
            (Some(Form::Inverted), Some(target)) => {
                let mut skip = *instruction;
                skip.op = inverse(skip.op).unwrap_or(skip.op);
                code.0.extend([skip, jump]);
                code.2.extend([(at, at + 2), (at + 1, target)]);
            }
            (Some(Form::Trampoline), Some(target)) => {
                code.0.extend([*instruction, jump, jump]);
                code.2.extend([(at, at + 2), (at + 1, at + 3), (at + 2, target)]);
            }
            (_, target) => {
                code.0.push(*instruction);
                code.2.extend(target.map(|target| (at, target)));
            }
        }
        while code.1.len() < code.0.len() {
            code.1.push(*span);
        }
    }
    code
}

fn has_long_offset(op: Op) -> bool {
    matches!(op.shape(), Shape::J32 | Shape::RJ32)
}

/// The instruction with its jump offset; an unconditional jump takes the form for its direction.
fn with_offset(instruction: Instr, offset: i64) -> Instr {
    let Instr { op, x, a, b, .. } = instruction;
    match op {
        Op::Jump | Op::Loop => Instr::wide(if offset < 0 { Op::Loop } else { Op::Jump }, x, a, offset as i32),
        _ if has_long_offset(op) => Instr::wide(op, x, a, offset as i32),
        _ => Instr::new(op, x, a, b, offset as i16 as u16),
    }
}

/// The fused comparison that jumps exactly when `op` does not.
pub(super) fn inverse(op: Op) -> Option<Op> {
    const PAIRS: [(Op, Op); 14] = [
        (Op::JumpLt, Op::JumpNotLt),
        (Op::JumpLe, Op::JumpNotLe),
        (Op::JumpEq, Op::JumpNotEq),
        (Op::JumpNe, Op::JumpNotNe),
        (Op::JumpGt, Op::JumpNotGt),
        (Op::JumpGe, Op::JumpNotGe),
        (Op::JumpLtInt, Op::JumpNotLtInt),
        (Op::JumpLeInt, Op::JumpNotLeInt),
        (Op::JumpEqInt, Op::JumpNotEqInt),
        (Op::JumpNeInt, Op::JumpNotNeInt),
        (Op::JumpGtInt, Op::JumpNotGtInt),
        (Op::JumpGeInt, Op::JumpNotGeInt),
        (Op::JumpIs, Op::JumpIsNot),
        (Op::JumpIn, Op::JumpNotIn),
    ];
    PAIRS.iter().find_map(|(yes, no)| match op {
        _ if op == *yes => Some(*no),
        _ if op == *no => Some(*yes),
        _ => None,
    })
}
