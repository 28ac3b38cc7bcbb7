//! `_multibyte`: encodings of Chinese, Japanese and Korean text, as far as the crate `encoding_rs` has them; `_multibytecodec` (Python) makes codecs of it.

use encoding_rs::{BIG5, DecoderResult, EUC_JP, EUC_KR, EncoderResult, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS};
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::bytes;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::text_arguments::text;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Native, Res, Vm};

pub static MULTIBYTE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple(
            "encode(encoding, text, /)",
            encode,
            "Encode what can be, up to the first character that cannot: the bytes, and how many characters they are.",
        ),
        Native::simple(
            "decode(encoding, data, /)",
            decode,
            "Decode up to the first bytes that are nothing: the text, how many bytes it was, and how many those are.",
        ),
    ],
    ..ModuleSpec::new("_multibyte", "Encodings of Chinese, Japanese and Korean text.")
};

/// Signs that Japanese standards and the Web's encodings (which follow a vendor) take for different characters.
const SIGNS: [(char, char); 6] =
    [('\u{301c}', '\u{ff5e}'), ('\u{2016}', '\u{2225}'), ('\u{2212}', '\u{ff0d}'), ('\u{a2}', '\u{ffe0}'), ('\u{a3}', '\u{ffe1}'), ('\u{ac}', '\u{ffe2}')];

/// An encoding by CPython's name, and whether it has the standard's [`SIGNS`].
fn encoding(vm: &mut Vm, arguments: &[Value]) -> Res<(&'static Encoding, bool)> {
    let name = text(vm, arguments, 0, "encoding name")?.to_string_lossy().into_owned();
    Ok(match name.as_str() {
        "gb2312" | "gbk" => (GBK, false),
        "gb18030" => (GB18030, false),
        "big5" | "big5hkscs" | "cp950" => (BIG5, false),
        "euc_jp" => (EUC_JP, true),
        "shift_jis" => (SHIFT_JIS, true),
        "cp932" => (SHIFT_JIS, false),
        "iso2022_jp" => (ISO_2022_JP, true),
        "euc_kr" | "cp949" => (EUC_KR, false),
        _ => return Err(vm.raise(Ex::LookupError, "no such codec is supported.")),
    })
}

fn encode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (encoding, standard) = encoding(vm, arguments)?;
    let whole = text(vm, arguments, 1, "text")?.bytes();
    // Lone surrogates are nothing in these encodings.
    let valid = std::str::from_utf8(whole).unwrap_or_else(|error| std::str::from_utf8(&whole[..error.valid_up_to()]).unwrap_or_default());
    let mut changed = String::new();
    if standard {
        changed.extend(valid.chars().map(|character| SIGNS.iter().find(|(own, _)| *own == character).map_or(character, |(_, web)| *web)));
    }
    let source = if standard { changed.as_str() } else { valid };
    let mut encoder = encoding.new_encoder();
    let most = encoder.max_buffer_length_from_utf8_without_replacement(source.len()).unwrap_or(usize::MAX);
    vm.check_memory(Some(most))?;
    let mut count = source.chars().count();
    let mut packed = Vec::with_capacity(most);
    if let (EncoderResult::Unmappable(_), read) = encoder.encode_from_utf8_to_vec_without_replacement(source, &mut packed, true) {
        count = source.get(..read).unwrap_or(source).chars().count() - 1;
        // Again without it, so that an encoding with states ends in the one that what comes next begins in.
        let before: String = source.chars().take(count).collect();
        packed.clear();
        let _ = encoding.new_encoder().encode_from_utf8_to_vec_without_replacement(&before, &mut packed, true);
    }
    let (packed, count) = (bytes::new(vm, packed), vm.new_size(count));
    Ok(vm.new_tuple(vec![packed, count]))
}

fn decode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (encoding, standard) = encoding(vm, arguments)?;
    let data = bytes::required(vm, arguments.get(1).unwrap_or(&Value::NONE))?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let most = decoder.max_utf8_buffer_length_without_replacement(data.len()).unwrap_or(usize::MAX);
    vm.check_memory(Some(most))?;
    let mut decoded = String::with_capacity(most);
    let (result, read) = decoder.decode_to_string_without_replacement(&data, &mut decoded, true);
    let (used, wrong) = match result {
        DecoderResult::Malformed(wrong, after) => (read - wrong as usize - after as usize, wrong as usize),
        DecoderResult::InputEmpty | DecoderResult::OutputFull => (read, 0),
    };
    if standard {
        decoded = decoded.chars().map(|character| SIGNS.iter().find(|(_, web)| *web == character).map_or(character, |(own, _)| *own)).collect();
    }
    let parts = vec![vm.new_str(&decoded), vm.new_size(used), vm.new_size(wrong)];
    Ok(vm.new_tuple(parts))
}
