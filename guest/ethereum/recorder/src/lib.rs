//! The guest that witnesses are made with: it validates like the validator, and tells which parts of the witness it used
//! and what the block adds to the state. Its output is a `Record` in SSZ.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::fmt::Write;

use libssz::SszEncode as _;
use libssz_derive::SszEncode;
use limpid_guest::{Console, read_input, write_output};
use stateless::{Additions, RESULT_BYTES};

limpid_guest::entry!(run);

/// What a validation has found, used and added.
#[derive(SszEncode)]
struct Record {
    result: [u8; RESULT_BYTES],
    /// For each state node of the input, whether it was used.
    used_nodes: Vec<bool>,
    /// For each code of the input, whether it was used.
    used_codes: Vec<bool>,
    /// How many headers were used, counted from the last.
    used_headers: u64,
    added_nodes: Vec<Vec<u8>>,
    added_codes: Vec<Vec<u8>>,
}

#[derive(Default)]
struct Added {
    nodes: Vec<Vec<u8>>,
    codes: Vec<Vec<u8>>,
}

impl Additions for Added {
    fn add_node(&mut self, node: &[u8]) {
        self.nodes.push(node.to_vec());
    }

    fn add_code(&mut self, code: &[u8]) {
        self.codes.push(code.to_vec());
    }
}

fn run() -> i32 {
    let mut added = Added::default();
    let validation = stateless::validate(read_input(), &mut added);
    if let Err(defect) = &validation.verdict {
        let _ = writeln!(Console, "invalid: {defect}");
    }
    let record = Record {
        result: validation.result(),
        used_nodes: validation.usage.nodes,
        used_codes: validation.usage.codes,
        used_headers: validation.usage.headers as u64,
        added_nodes: added.nodes,
        added_codes: added.codes,
    };
    write_output(&record.to_ssz());
    0
}
