//! Adds up the bytes of the private input. Output: the sum, a little-endian u64.
#![no_std]

use limpid_guest::{read_input, write_output};

limpid_guest::entry!(run);

fn run() -> i32 {
    let sum: u64 = read_input().iter().copied().map(u64::from).sum();
    write_output(&sum.to_le_bytes());
    0
}
