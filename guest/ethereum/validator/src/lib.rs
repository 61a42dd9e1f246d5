//! The guest that is proven: it validates one block without state and writes the result, 43 bytes, as its public output.
#![no_std]

use core::fmt::Write;

use limpid_guest::{Console, read_input, write_output};

limpid_guest::entry!(run);

fn run() -> i32 {
    let validation = stateless::validate(read_input(), &mut ());
    if let Err(defect) = &validation.verdict {
        let _ = writeln!(Console, "invalid: {defect}");
    }
    write_output(&validation.result());
    0
}
