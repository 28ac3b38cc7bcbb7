//! What the compiler writes and the interpreter runs: instruction set, code prototypes, images, verifier.
