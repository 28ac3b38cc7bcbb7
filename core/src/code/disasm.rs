//! A readable listing of a code prototype and the code nested in it.

use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use super::isa::{Instr, Op, Shape};
use super::line_table::Position;
use super::{Capture, CodePrototype, Const};

/// Nested code is listed to this depth: an image's nesting is not bounded by source.
const MAX_NESTING: usize = 200;

/// Lists a prototype: a header, one line an instruction with its operands resolved, handlers, then nested code.
pub fn disassemble(code: &CodePrototype) -> String {
    let mut text = String::new();
    list(code, &mut text, 0);
    text
}

fn list(code: &CodePrototype, text: &mut String, depth: usize) {
    // Writing to a string cannot fail.
    let _ = header(code, text);
    let _ = body(code, text);
    for child in &code.children {
        text.push('\n');
        if depth < MAX_NESTING {
            list(child, text, depth + 1);
        }
    }
}

fn header(code: &CodePrototype, text: &mut String) -> core::fmt::Result {
    writeln!(text, "{} ({}, line {})", code.qualified_name, code.filename, code.first_line)?;
    write!(text, "  arguments {}", code.argument_count)?;
    if code.positional_only_count > 0 {
        write!(text, ", positional only {}", code.positional_only_count)?;
    }
    if code.keyword_only_count > 0 {
        write!(text, ", keyword only {}", code.keyword_only_count)?;
    }
    writeln!(text, "; registers {}; flags {:#x}", code.register_count, code.flags.0)?;
    if !code.local_names.is_empty() {
        write!(text, "  locals")?;
        for (index, name) in code.local_names.iter().enumerate() {
            let cell = if code.cell_registers.contains(&(index as u16)) { " (cell)" } else { "" };
            write!(text, " {index}={name}{cell}")?;
        }
        writeln!(text)?;
    }
    if !code.free_names.is_empty() {
        write!(text, "  closure")?;
        for (index, name) in code.free_names.iter().enumerate() {
            match code.captures.get(index) {
                Some(Capture::Register(register)) => write!(text, " {name}=r{register}")?,
                Some(Capture::Free(outer)) => write!(text, " {name}=free{outer}")?,
                None => write!(text, " {name}")?,
            }
        }
        writeln!(text)?;
    }
    Ok(())
}

fn body(code: &CodePrototype, text: &mut String) -> core::fmt::Result {
    let mut runs = code.lines.runs().flatten();
    let mut run: Option<(u32, Position)> = None;
    let mut shown = 0;
    for (index, instruction) in code.instructions.iter().enumerate() {
        while run.is_none_or(|(left, _)| left == 0) {
            match runs.next() {
                Some(next) => run = Some(next),
                None => break,
            }
        }
        let line = run.map_or(0, |(_, position)| position.line);
        if let Some((left, _)) = &mut run {
            *left = left.saturating_sub(1);
        }
        let label = if line != shown { format!("{line}") } else { String::new() };
        shown = line;
        let mut operands = operands(code, index, *instruction);
        let flags = flags(*instruction);
        if !flags.is_empty() {
            let _ = write!(operands, "  {flags}");
        }
        let row = format!("{label:>6} {index:>5}  {:<16} {operands}", instruction.op.name());
        writeln!(text, "{}", row.trim_end())?;
    }
    for handler in &code.handlers {
        writeln!(text, "  {}..{} -> {} (r{}, live {})", handler.start, handler.end, handler.target, handler.exception, handler.live_registers)?;
    }
    Ok(())
}

fn flags(instruction: Instr) -> String {
    let x = instruction.x;
    if x == 0 {
        return String::new();
    }
    format!("x={x}")
}

fn register(number: u16) -> String {
    format!("r{number}")
}

fn range(first: u16, count: usize) -> String {
    match count {
        0 => String::from("()"),
        1 => register(first),
        _ => format!("r{first}..r{}", first as usize + count - 1),
    }
}

fn operands(code: &CodePrototype, index: usize, instruction: Instr) -> String {
    let Instr { op, x, a, b, c } = instruction;
    let (ra, rb, rc) = (register(a), register(b), register(c));
    let operand = instruction.operand();
    let target = |offset: i64| format!("-> {}", index as i64 + 1 + offset);
    let near = || target(c as i16 as i64);
    let far = || target(operand as i64);
    let name = |site: usize| code.sites.get(site).map_or(String::from("?"), |name| String::from(&**name));
    let free = |cell: i32| code.free_names.get(cell as usize).map_or(String::from("?"), |name| String::from(&**name));
    match op.shape() {
        Shape::None => String::new(),
        Shape::W if op == Op::LoadBool => format!("{ra} = {}", if x != 0 { "True" } else { "False" }),
        Shape::R if op == Op::Return && b > 0 => format!("{ra}, nothing from {rb}"),
        Shape::W | Shape::R => ra,
        Shape::WR => format!("{ra} = {rb}"),
        Shape::WRR => format!("{ra} = {rb}, {rc}"),
        Shape::RR => format!("{ra}, {rb}"),
        Shape::RRR => format!("{ra}, {rb}, {rc}"),
        Shape::WRI16 => format!("{ra} = {rb}, {}", c as i16),
        Shape::WConst => match code.constants.get(operand as usize) {
            Some(value) => format!("{ra} = {}", constant(value)),
            None => format!("{ra} = ?"),
        },
        Shape::WI32 | Shape::WNumber => format!("{ra} = {operand}"),
        Shape::J32 => far(),
        Shape::RJ32 => format!("{ra} {}", far()),
        Shape::RRJ16 => format!("{ra}, {rb} {}", near()),
        Shape::RI16J16 => format!("{ra}, {} {}", b as i16, near()),
        Shape::WRJ16 => format!("{ra} = {rb} {}", near()),
        Shape::WSite => format!("{ra} = {}", name(operand as usize)),
        Shape::RSite => format!("{} = {ra}", name(operand as usize)),
        Shape::Site => name(operand as usize),
        Shape::WRSite => format!("{ra} = {rb} . {}", name(c as usize)),
        Shape::RRSite => format!("{ra} . {} = {rb}", name(c as usize)),
        Shape::RSiteC => format!("{ra} . {}", name(c as usize)),
        Shape::WindowRSite => format!("window {ra} = {rb} . {}", name(c as usize)),
        Shape::Call => format!("{ra} = {rb}({})", range(b.saturating_add(4), c as usize)),
        Shape::CallMethod => format!("{ra} = {rb}({})", range(b.saturating_add(5), c as usize)),
        Shape::CallEx => format!("{ra} = {rb}(*r{}, **r{})", b as u32 + 4, b as u32 + 5),
        Shape::WRange => format!("{ra} = {}", range(b, c as usize)),
        Shape::WRange2 => format!("{ra} = {}", range(b, c as usize * 2)),
        Shape::WRange3 => format!("{ra} = {}", range(b, 3)),
        Shape::Intrinsic => format!("{ra} = #{c}({})", range(b, x as usize)),
        Shape::MakeFunction => {
            let name = code.children.get(b as usize).map_or("?", |child| &*child.name);
            format!("{ra} = {name} {}", range(c, x.count_ones() as usize))
        }
        Shape::WFree => format!("{ra} = {}", free(operand)),
        Shape::RFree => format!("{} = {ra}", free(operand)),
        Shape::Unpack => format!("{} = {rb}", range(a, c as usize)),
        Shape::UnpackEx => format!("{} = {rb}", range(a, x as usize + 1 + c as usize)),
        Shape::PairRNumber => format!("{} = {rb}, {c}", range(a, 2)),
        Shape::PairRR => format!("{} = {rb}, {rc}", range(a, 2)),
        Shape::WRPair => format!("{ra} = {rb}, {}", range(c, 2)),
    }
}

fn constant(value: &Const) -> String {
    match value {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Ellipsis => "...".into(),
        Const::Int(value) => format!("{value}"),
        Const::BigInt { negative, magnitude } => {
            let mut text = String::from(if *negative { "-0x" } else { "0x" });
            for byte in magnitude.iter().rev() {
                let _ = write!(text, "{byte:02x}");
            }
            text
        }
        Const::Float(value) => format!("{value:?}"),
        Const::Complex(real, imaginary) => format!("({real:?}{imaginary:+?}j)"),
        Const::Str(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        Const::Bytes(bytes) => format!("b{:?}", String::from_utf8_lossy(bytes)),
        Const::Tuple(items) => format!("({})", constants(items)),
        Const::FrozenSet(items) => format!("frozenset({})", constants(items)),
    }
}

fn constants(items: &[Const]) -> String {
    items.iter().map(constant).collect::<alloc::vec::Vec<_>>().join(", ")
}
