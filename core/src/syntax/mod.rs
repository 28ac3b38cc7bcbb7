//! Front end, first half: source text to syntax tree. Knows nothing of values, code objects or the VM.
