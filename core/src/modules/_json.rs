//! `_json`: what Lib's `json` does natively: strings (`text`), parsing (`scanner`), serializing (`encoder`). Nesting takes heap, not
//! native stack, and hooks are called stacklessly.

mod encoder;
mod scanner;
mod text;

use super::ModuleSpec;
use crate::vm::Native;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full(
            "scanstring(string, end, strict=True, /)",
            scanner::scan_string,
            "scanstring(string, end, strict=True) -> (string, end)\n\nScan the string s for a JSON string. End is the index of the character in s after the quote that started the JSON string.",
        ),
        Native::simple("encode_basestring(string, /)", text::encode, "Return a JSON representation of a Python string"),
        Native::simple("encode_basestring_ascii(string, /)", text::encode_ascii, "Return an ASCII-only JSON representation of a Python string"),
    ],
    constants: |vm, module| {
        for (name, spec) in [("make_scanner", &scanner::SCANNER), ("make_encoder", &encoder::ENCODER)] {
            let class = vm.class_from_spec(spec);
            module.set(vm, name, class);
        }
    },
    ..ModuleSpec::new("_json", "json speedups")
};
