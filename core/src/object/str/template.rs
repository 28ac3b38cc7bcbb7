//! The syntax of `str.format` templates: literal text, replacement fields, the names in them. Pure functions on bytes; offsets
//! are into the text given. Errors are the messages of the ValueErrors they become.

use super::decode_at;

/// A replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldText {
    /// What is before `!` and `:`.
    pub name: (usize, usize),
    /// The character after `!`.
    pub conversion: Option<u32>,
    /// What is after `:`; empty if there is none.
    pub spec: (usize, usize),
    /// The specification has fields itself.
    pub nested: bool,
}

/// Literal text, and the field after it if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub literal: (usize, usize),
    pub field: Option<FieldText>,
    /// Where to go on.
    pub next: usize,
}

/// The piece of the template that begins at `start`, before the end.
///
/// # Errors
/// What is wrong with the template.
pub fn piece(text: &[u8], start: usize) -> Result<Piece, &'static str> {
    let Some(found) = text.get(start..).and_then(|rest| memchr::memchr2(b'{', b'}', rest)) else {
        return Ok(Piece { literal: (start, text.len()), field: None, next: text.len() });
    };
    let at = start + found;
    let brace = text.get(at).copied();
    let next = text.get(at + 1).copied();
    if next.is_some() && next == brace {
        // A doubled brace stands for itself.
        return Ok(Piece { literal: (start, at + 1), field: None, next: at + 2 });
    }
    if brace == Some(b'}') {
        return Err("Single '}' encountered in format string");
    }
    if next.is_none() {
        return Err("Single '{' encountered in format string");
    }
    let (field, next) = field(text, at + 1)?;
    Ok(Piece { literal: (start, at), field: Some(field), next })
}

/// A field from behind its opening brace; with where it ends.
fn field(text: &[u8], start: usize) -> Result<(FieldText, usize), &'static str> {
    let mut at = start;
    let ended_by = loop {
        match text.get(at) {
            None => break 0,
            Some(b'{') => return Err("unexpected '{' in field name"),
            Some(b'[') => {
                at += 1;
                // The closing bracket itself is an ordinary character of the name.
                at += text.get(at..).and_then(|rest| memchr::memchr(b']', rest)).unwrap_or(text.len().saturating_sub(at));
            }
            Some(&end @ (b'}' | b':' | b'!')) => break end,
            Some(_) => at += 1,
        }
    };
    let mut field = FieldText { name: (start, at), conversion: None, spec: (at, at), nested: false };
    at += 1;
    match ended_by {
        b'}' => return Ok((field, at)),
        0 => return Err("expected '}' before end of string"),
        _ => {}
    }
    if ended_by == b'!' {
        let (given, width) = decode_at(text, at);
        if width == 0 {
            return Err("end of string while looking for conversion specifier");
        }
        field.conversion = Some(given);
        at += width;
        match text.get(at) {
            Some(b'}') => return Ok((field, at + 1)),
            Some(b':') | None => {}
            Some(_) => return Err("expected ':' after conversion specifier"),
        }
        at += 1;
    }
    let spec = at;
    let mut depth = 1;
    while depth > 0 {
        match text.get(at) {
            None => return Err("unmatched '{' in format spec"),
            Some(b'{') => {
                field.nested = true;
                depth += 1;
            }
            Some(b'}') => depth -= 1,
            Some(_) => {}
        }
        at += 1;
    }
    field.spec = (spec, at - 1);
    Ok((field, at))
}

/// Where the first part of a field's name ends: at the first `.` or `[`.
pub fn first_end(text: &[u8], name: (usize, usize)) -> usize {
    text.get(name.0..name.1).and_then(|name| memchr::memchr2(b'.', b'[', name)).map_or(name.1, |length| name.0 + length)
}

/// One `.name` or `[item]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    pub is_attribute: bool,
    pub name: (usize, usize),
    /// Where the next one begins.
    pub next: usize,
}

/// The access that begins at `start`; None at the end of the text.
///
/// # Errors
/// What is wrong with it.
pub fn access(text: &[u8], start: usize) -> Result<Option<Access>, &'static str> {
    let rest = text.get(start + 1..).unwrap_or_default();
    let (is_attribute, length) = match text.get(start) {
        None => return Ok(None),
        Some(b'.') => (true, memchr::memchr2(b'.', b'[', rest).unwrap_or(rest.len())),
        Some(b'[') => (false, memchr::memchr(b']', rest).ok_or("Missing ']' in format string")?),
        Some(_) => return Err("Only '.' or '[' may follow ']' in format field specifier"),
    };
    if length == 0 {
        return Err("Empty attribute in format string");
    }
    let end = start + 1 + length;
    Ok(Some(Access { is_attribute, name: (start + 1, end), next: if is_attribute { end } else { end + 1 } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pieces() {
        let text = b"a{0.x[1]!r:>{w}}b}}";
        let first = piece(text, 0);
        let field = FieldText { name: (2, 8), conversion: Some('r' as u32), spec: (11, 15), nested: true };
        assert_eq!(first, Ok(Piece { literal: (0, 1), field: Some(field), next: 16 }));
        assert_eq!(piece(text, 16), Ok(Piece { literal: (16, 18), field: None, next: 19 }));
        assert_eq!(first_end(text, (2, 8)), 3);
        assert_eq!(access(&text[..8], 3), Ok(Some(Access { is_attribute: true, name: (4, 5), next: 5 })));
        assert_eq!(access(&text[..8], 5), Ok(Some(Access { is_attribute: false, name: (6, 7), next: 8 })));
        assert_eq!(access(&text[..8], 8), Ok(None));
    }

    #[test]
    fn tells_what_is_wrong() {
        for (text, message) in [
            ("}", "Single '}' encountered in format string"),
            ("{", "Single '{' encountered in format string"),
            ("{0", "expected '}' before end of string"),
            ("{!}", "unmatched '{' in format spec"),
            ("{!rr}", "expected ':' after conversion specifier"),
            ("{0[}", "expected '}' before end of string"),
            ("{a{", "unexpected '{' in field name"),
        ] {
            assert_eq!(piece(text.as_bytes(), 0), Err(message), "{text}");
        }
    }
}
