//! Showing how two texts differ, line by line.

/// Lines shown of one difference; the rest is counted.
const SHOWN: usize = 24;

/// The differing lines of two texts, `-` for what was expected and `+` for what came, or nothing when they are equal.
pub fn difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let old: Vec<&str> = expected.split('\n').collect();
    let new: Vec<&str> = actual.split('\n').collect();
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let mut lines = vec![format!("    at line {}:", head + 1)];
    let gone = old.get(head..old.len() - tail).unwrap_or_default();
    let come = new.get(head..new.len() - tail).unwrap_or_default();
    // Where as many lines came as were expected, pair them: the likely case is one wrong value here and there.
    if gone.len() == come.len() {
        for (a, b) in gone.iter().zip(come).filter(|(a, b)| a != b) {
            lines.push(format!("    -{a}"));
            lines.push(format!("    +{b}"));
        }
    } else {
        lines.extend(gone.iter().take(SHOWN / 2).map(|line| format!("    -{line}")));
        lines.extend(come.iter().take(SHOWN / 2).map(|line| format!("    +{line}")));
    }
    let hidden = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if hidden > 0 {
        lines.push(format!("    ... {hidden} more"));
    }
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn equal_texts_do_not_differ() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn one_changed_line_is_paired() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n").as_deref(), Some("    at line 2:\n    -b\n    +x"));
    }

    #[test]
    fn missing_lines_are_listed() {
        assert_eq!(difference("a\nb\nc\n", "a\nc\n").as_deref(), Some("    at line 2:\n    -b"));
    }
}
