//! Images survive the way there and back; damaged ones are refused, or at least do no harm.

use alloc::vec::Vec;

use super::verify::verify;
use super::{CodePrototype, image};
use crate::compile::{Options, compile};
use crate::syntax::{Mode, ParseOptions, Source, parse};

const PROGRAM: &str = "
import a.b as c
class C(B, k=1):
    'doc'
    x: int = 3.5
    def m(self, *a, d={}, **k):
        def inner(): return self, a, __class__
        try:
            with c.open(f'{a!r:>{d}}') as f:
                for i, (j, *l) in f: yield [x + i for x in l if (lambda: x)()]
        except (E, F) as e: raise G from e
        finally: return (1, 'two', b'3', 4j, 10**30, None, ...)
async def agen(x):
    async with x as y:
        async for z in y: yield await z
    match x:
        case [1, {'k': v, **r}, C(p, q=w)] if v: return
";

fn program() -> CodePrototype {
    let source = Source::from_text(PROGRAM);
    let Ok(parsed) = parse(&source, Mode::Exec, &ParseOptions::default()) else { panic!("does not parse") };
    match compile(&parsed.module, &source, &Options::new("test")) {
        Ok(compiled) => compiled.code,
        Err(error) => panic!("{error:?}"),
    }
}

/// A generator of numbers that is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

#[test]
fn images_come_back_as_they_were() {
    let code = program();
    assert_eq!(verify(&code), Ok(()));
    assert_eq!(image::read(&image::write(&code)), Ok(code));
}

#[test]
fn cut_and_damaged_images_are_refused() {
    let bytes = image::write(&program());
    for length in 0..bytes.len() {
        assert!(image::read(&bytes[..length]).is_err());
    }
    let mut damaged = bytes.clone();
    damaged[40] ^= 1;
    assert_eq!(image::read(&damaged), Err(image::ImageError::Checksum));
    damaged = bytes;
    damaged[4] += 1;
    assert_eq!(image::read(&damaged), Err(image::ImageError::Version));
}

#[test]
fn forged_images_do_no_harm() {
    let bytes = image::write(&program());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut forged = bytes.clone();
        for _ in 0..1 + random.below(3) {
            let at = 12 + random.below(forged.len() - 12);
            forged[at] = random.below(256) as u8;
        }
        image::seal(&mut forged);
        if let Ok(code) = image::read(&forged) {
            accepted += verify(&code).is_ok() as u32;
        }
    }
    // Names, constants and immediates may change freely.
    assert!(accepted > 0);
}

#[test]
fn operands_out_of_range_are_refused() {
    fn each(code: &mut CodePrototype, change: &mut dyn FnMut(&mut CodePrototype)) {
        change(code);
        code.children.iter_mut().for_each(|child| each(child, change));
    }
    let mut changes: Vec<fn(&mut CodePrototype)> = Vec::new();
    changes.push(|code| code.register_count = 0);
    changes.push(|code| code.local_names.clear());
    changes.push(|code| code.sites.clear());
    changes.push(|code| code.instructions.truncate(code.instructions.len() - 1));
    changes.push(|code| code.instructions.clear());
    changes.push(|code| code.argument_count += 100);
    changes.push(|code| code.lines.bytes.push(0));
    for change in changes {
        let mut code = program();
        each(&mut code, &mut |code| change(code));
        assert!(verify(&code).is_err());
    }
}
