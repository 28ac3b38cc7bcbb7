//! A traceback's frames as text: file, line and name, the source lines, and carets under the part that raised.

use crate::code::line_table::Position;
use crate::object::str::Str;
use crate::object::traceback::{Traceback, code_of};
use crate::object::value::Value;
use crate::vm::Vm;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Equal lines in a row that are shown before the rest is counted.
const RECURSIVE_CUTOFF: usize = 3;

/// The text of a traceback's frames, outermost first; one string an entry.
pub fn format_traceback(vm: &mut Vm, traceback: &Value) -> Vec<String> {
    let mut result = Vec::new();
    let mut last: Option<(String, u32, String)> = None;
    let mut count = 0usize;
    let mut at = traceback.clone();
    while let Some(entry) = at.get::<Traceback>() {
        let (filename, name) = match code_of(&entry.function) {
            Some(code) => (text(&code.filename), text(code.name.get())),
            None => Default::default(),
        };
        let position = entry.position();
        let key = (filename, position.line, name);
        if last.as_ref() != Some(&key) {
            result.extend(repeated(count));
            count = 0;
        }
        count += 1;
        if count <= RECURSIVE_CUTOFF {
            result.push(format_frame(vm, &key.0, &key.2, position));
        }
        last = Some(key);
        let next = entry.next.get().clone();
        at = next;
    }
    result.extend(repeated(count));
    result
}

fn repeated(count: usize) -> Option<String> {
    let more = count.checked_sub(RECURSIVE_CUTOFF).filter(|&more| more > 0)?;
    let plural = if more > 1 { "s" } else { "" };
    Some(format!("  [Previous line repeated {more} more time{plural}]\n"))
}

fn text(value: &Value) -> String {
    value.get::<Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

fn format_frame(vm: &Vm, filename: &str, name: &str, position: Position) -> String {
    let mut output = format!("  File \"{filename}\", line {}, in {name}\n", position.line);
    let last = position.end_line.max(position.line);
    // A broken table must not make this read a million lines.
    let last = last.min(position.line.saturating_add(500));
    let original: Vec<String> = (position.line..=last).map(|line| vm.host.line(filename, line).map(|text| text.trim_end().into()).unwrap_or_default()).collect();
    if original.iter().all(|line| line.trim().is_empty()) {
        return output;
    }
    let has_columns = position.end_line > 0 && (position.end_line > position.line || position.end_column > position.column);
    if !has_columns {
        let line = original.first().map_or("", |line| line.trim());
        output.push_str(&format!("    {line}\n"));
        return output;
    }
    for line in marked_lines(&original, position) {
        output.push_str("    ");
        output.push_str(&line);
        output.push('\n');
    }
    output
}

/// Removes the indentation that all lines share; lines of blanks become empty.
fn dedent(lines: &[String]) -> Vec<String> {
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.trim_matches([' ', '\t']).is_empty()) {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        margin = Some(match margin {
            None => indent,
            Some(known) => {
                let shared = known.bytes().zip(indent.bytes()).take_while(|(left, right)| left == right).count();
                &known[..shared]
            }
        });
    }
    let margin = margin.unwrap_or("");
    lines.iter().map(|line| if line.trim_matches([' ', '\t']).is_empty() { String::new() } else { line.strip_prefix(margin).unwrap_or(line).into() }).collect()
}

/// Characters in the first `bytes` bytes.
fn characters_before(line: &str, bytes: usize) -> usize {
    line.char_indices().take_while(|&(index, _)| index < bytes).count()
}

/// Columns that the first `count` characters take on a terminal.
fn display_width(line: &[char], count: usize) -> usize {
    line.iter().take(count).map(|&character| if is_wide(character) { 2 } else { 1 }).sum::<usize>() + count.saturating_sub(line.len())
}

/// East Asian wide and full-width characters, by their blocks.
fn is_wide(character: char) -> bool {
    matches!(character as u32,
        0x1100..=0x115f | 0x231a..=0x231b | 0x2329..=0x232a | 0x23e9..=0x23ec | 0x23f0 | 0x23f3 | 0x25fd..=0x25fe | 0x2614..=0x2615 | 0x2648..=0x2653
        | 0x267f | 0x2693 | 0x26a1 | 0x26aa..=0x26ab | 0x26bd..=0x26be | 0x26c4..=0x26c5 | 0x26ce | 0x26d4 | 0x26ea | 0x26f2..=0x26f3 | 0x26f5 | 0x26fa
        | 0x26fd | 0x2705 | 0x270a..=0x270b | 0x2728 | 0x274c | 0x274e | 0x2753..=0x2755 | 0x2757 | 0x2795..=0x2797 | 0x27b0 | 0x27bf
        | 0x2b1b..=0x2b1c | 0x2b50 | 0x2b55 | 0x2e80..=0x303e | 0x3041..=0x33ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xa000..=0xa4cf | 0xa960..=0xa97f
        | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe10..=0xfe19 | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x16fe0..=0x18aff | 0x1b000..=0x1b2ff
        | 0x1f004 | 0x1f0cf | 0x1f18e | 0x1f191..=0x1f19a | 0x1f200..=0x1f320 | 0x1f32d..=0x1f335 | 0x1f337..=0x1f37c | 0x1f37e..=0x1f393 | 0x1f3a0..=0x1f3ca
        | 0x1f3cf..=0x1f3d3 | 0x1f3e0..=0x1f3f0 | 0x1f3f4 | 0x1f3f8..=0x1f43e | 0x1f440 | 0x1f442..=0x1f4fc | 0x1f4ff..=0x1f53d | 0x1f54b..=0x1f54e
        | 0x1f550..=0x1f567 | 0x1f57a | 0x1f595..=0x1f596 | 0x1f5a4 | 0x1f5fb..=0x1f64f | 0x1f680..=0x1f6c5 | 0x1f6cc | 0x1f6d0..=0x1f6d2 | 0x1f6d5..=0x1f6d7
        | 0x1f6dc..=0x1f6df | 0x1f6eb..=0x1f6ec | 0x1f6f4..=0x1f6fc | 0x1f7e0..=0x1f7eb | 0x1f7f0 | 0x1f90c..=0x1f93a | 0x1f93c..=0x1f945 | 0x1f947..=0x1f9ff
        | 0x1fa70..=0x1faff | 0x20000..=0x3fffd)
}

/// Where inside the marked stretch the operator or the brackets stand: lines from 0, columns in characters, the end exclusive.
struct Anchors {
    left: (usize, usize),
    right: (usize, usize),
}

/// The lines to show, carets under them where they say something.
fn marked_lines(original: &[String], position: Position) -> Vec<String> {
    let (Some(first), Some(last)) = (original.first(), original.last()) else { return Vec::new() };
    let lines: Vec<String> = dedent(original);
    let start = characters_before(first, position.column as usize);
    let end = characters_before(last, position.end_column as usize);
    let dedented = lines.first().map_or(0, |line| first.chars().count().saturating_sub(line.chars().count()));
    let (start, end) = (start.saturating_sub(dedented), end.saturating_sub(dedented));
    let characters: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
    let final_line = characters.len() - 1;

    let mut segment: Vec<Vec<char>> = characters.clone();
    if let Some(line) = segment.last_mut() {
        line.truncate(end);
    }
    if let Some(line) = segment.first_mut() {
        line.drain(..start.min(line.len()));
    }
    let mut anchors = anchors::find(&segment);
    let show = shows_carets(&lines, &characters, start, end, anchors.is_some());

    let mut significant: Vec<usize> = Vec::from([0, final_line]);
    if let Some(anchors) = &mut anchors {
        for (line, column) in [&mut anchors.left, &mut anchors.right] {
            if *line == 0 {
                *column += start;
            }
            *column = characters.get(*line).map_or(*column, |text| display_width(text, *column));
            significant.extend((line.saturating_sub(1)..*line + 2).filter(|&near| near <= final_line));
        }
    }
    significant.sort_unstable();
    significant.dedup();

    let first_column = characters.first().map_or(start, |line| display_width(line, start));
    let last_column = characters.last().map_or(end, |line| display_width(line, end));
    let mut result: Vec<String> = Vec::new();
    let output = |index: usize, result: &mut Vec<String>| {
        let (Some(line), Some(text)) = (lines.get(index), characters.get(index)) else { return };
        result.push(line.clone());
        if !show {
            return;
        }
        let blanks = text.iter().take_while(|character| character.is_whitespace()).count();
        let width = if index == final_line { last_column } else { display_width(text, text.len()) };
        let carets = (0..width).map(|column| {
            if column < blanks || (index == 0 && column < first_column) {
                return ' ';
            }
            match &anchors {
                None => '^',
                Some(anchors) => {
                    let inside = (index, column) >= anchors.left && (index, column) < anchors.right;
                    if inside { '^' } else { '~' }
                }
            }
        });
        result.push(carets.collect());
    };
    let mut previous: Option<usize> = None;
    for &index in &significant {
        match previous.map(|previous| index - previous) {
            Some(2) => output(index - 1, &mut result),
            Some(distance) if distance > 2 => result.push(format!("...<{} lines>...", distance - 1)),
            _ => {}
        }
        output(index, &mut result);
        previous = Some(index);
    }
    dedent(&result)
}

/// Carets under a whole line say nothing, nor do those under a call that is all of a `return` or assignment.
fn shows_carets(lines: &[String], characters: &[Vec<char>], start: usize, end: usize, anchored: bool) -> bool {
    if anchors::is_plain_call(lines, start, end) {
        return false;
    }
    if anchored {
        return true;
    }
    let before = characters.first().is_some_and(|line| line.iter().take(start).any(|character| !character.is_whitespace()));
    let after = characters.last().is_some_and(|line| line.iter().skip(end).any(|character| !character.is_whitespace()));
    before || after
}

#[cfg(not(feature = "compiler"))]
mod anchors {
    use super::Anchors;
    use alloc::string::String;
    use alloc::vec::Vec;

    pub(super) fn find(_: &[Vec<char>]) -> Option<Anchors> {
        None
    }

    pub(super) fn is_plain_call(_: &[String], _: usize, _: usize) -> bool {
        false
    }
}

#[cfg(feature = "compiler")]
mod anchors {
    use super::{Anchors, characters_before};
    use crate::syntax::ast::{Expr, ExprKind, StmtKind};
    use crate::syntax::{Mode, Module, ParseOptions, Source, parse};
    use alloc::string::String;
    use alloc::vec::Vec;

    /// How source is parsed here, where only places matter: every character name will do.
    fn options() -> ParseOptions {
        ParseOptions { character_by_name: Some(|_| Some('?')), ..ParseOptions::default() }
    }

    /// Parses the stretch as an expression and finds the operator of a binary operation, or the brackets of a subscript or call.
    pub(super) fn find(segment: &[Vec<char>]) -> Option<Anchors> {
        let lines: Vec<String> = segment.iter().map(|line| line.iter().collect()).collect();
        let mut text = String::from("(\n");
        for line in &lines {
            text.push_str(line);
            text.push('\n');
        }
        text.push(')');
        let source = Source::from_text(&text);
        let parsed = parse(&source, Mode::Exec, &options()).ok()?;
        let Module::Exec(body) = &parsed.module else { return None };
        let [statement] = &body[..] else { return None };
        let StmtKind::Expr(expression) = &statement.kind else { return None };
        // The parsed text has a line before the first of the segment, and lines count from 1.
        let place = |offset: u32| {
            let (line, column) = source.lines().line_column(offset);
            let line = (line as usize).checked_sub(2)?;
            Some((line, characters_before(lines.get(line)?, column as usize)))
        };
        let cursor = Cursor { segment };
        match &expression.kind {
            ExprKind::BinOp(operation) => {
                let (line, column) = cursor.until(cursor.valid(place(operation.left.span.end)?)?, |character| !character.is_whitespace() && character != ')')?;
                let (right_line, right_column) = place(operation.right.span.start)?;
                let text = segment.get(line)?;
                let mut end = column + 1;
                if let Some(&character) = text.get(end)
                    && (right_line > line || end < right_column)
                    && !character.is_whitespace()
                    && !matches!(character, '\\' | '#')
                {
                    end += 1;
                }
                Some(Anchors { left: (line, column), right: (line, end) })
            }
            ExprKind::Subscript(subscript) => brackets(&cursor, &subscript.value, expression, '[', &place),
            ExprKind::Call(call) => brackets(&cursor, &call.function, expression, '(', &place),
            _ => None,
        }
    }

    fn brackets(cursor: &Cursor<'_>, left: &Expr, whole: &Expr, bracket: char, place: &impl Fn(u32) -> Option<(usize, usize)>) -> Option<Anchors> {
        let left = cursor.until(cursor.valid(place(left.span.end)?)?, |character| character == bracket)?;
        Some(Anchors { left, right: place(whole.span.end)? })
    }

    /// Walks over the characters of the segment.
    struct Cursor<'a> {
        segment: &'a [Vec<char>],
    }

    impl Cursor<'_> {
        /// This place, or the first character after it that exists.
        fn valid(&self, (mut line, mut column): (usize, usize)) -> Option<(usize, usize)> {
            while column >= self.segment.get(line)?.len() {
                line += 1;
                column = 0;
            }
            Some((line, column))
        }

        /// The first character from here on for which `stop` holds, comments and continuations skipped.
        fn until(&self, mut at: (usize, usize), stop: impl Fn(char) -> bool) -> Option<(usize, usize)> {
            loop {
                let character = *self.segment.get(at.0)?.get(at.1)?;
                at = if matches!(character, '\\' | '#') {
                    self.valid((at.0 + 1, 0))?
                } else if stop(character) {
                    return Some(at);
                } else {
                    self.valid((at.0, at.1 + 1))?
                };
            }
        }
    }

    /// Are the lines `return f(..)` or `x = f(..)`, the marked stretch being just the call? (Or no statement at all.)
    pub(super) fn is_plain_call(lines: &[String], start: usize, end: usize) -> bool {
        let source = Source::from_text(&lines.join("\n"));
        let Ok(parsed) = parse(&source, Mode::Exec, &options()) else { return false };
        let Module::Exec(body) = &parsed.module else { return false };
        let Some(statement) = body.first() else { return true };
        let value = match &statement.kind {
            StmtKind::Return(Some(value)) => match &value.kind {
                ExprKind::Call(call) if matches!(call.function.kind, ExprKind::Name(_)) => value,
                _ => return false,
            },
            StmtKind::Assign { targets, value } => match (&targets[..], &value.kind) {
                ([target], ExprKind::Call(_)) if matches!(target.kind, ExprKind::Name(_)) => value,
                _ => return false,
            },
            _ => return false,
        };
        let first = source.lines().line_column(value.span.start);
        let last = source.lines().line_column(value.span.end);
        first == (1, start as u32) && last == (lines.len() as u32, end as u32)
    }
}
