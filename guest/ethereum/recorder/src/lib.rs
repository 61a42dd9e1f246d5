//! The guest that witnesses are made with: it validates like the validator, and tells which parts of the witness it used
//! and what the block adds to the state. Its output is a `Record` in SSZ. Before the input stands which check it leaves out:
//! none for witnesses, one to show what the check is good for.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::fmt::Write;

use libssz::SszEncode as _;
use libssz_derive::SszEncode;
use limpid_guest::{Console, read_input, write_output};
use stateless::{Additions, Computed, RESULT_BYTES};

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
    /// What the header should say of the block's execution, where that came to an end.
    computed: Vec<Execution>,
}

#[derive(SszEncode)]
struct Execution {
    gas_used: u64,
    blob_gas_used: u64,
    logs_bloom: [u8; 256],
    receipts_root: [u8; 32],
    state_root: [u8; 32],
}

impl From<Computed> for Execution {
    fn from(computed: Computed) -> Self {
        Self {
            gas_used: computed.gas_used,
            blob_gas_used: computed.blob_gas_used,
            logs_bloom: *computed.logs_bloom.0,
            receipts_root: computed.receipts_root.0,
            state_root: computed.state_root.0,
        }
    }
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
    let validation = stateless::validate(without_check(read_input()), &mut added);
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
        computed: validation.computed.into_iter().map(Execution::from).collect(),
    };
    write_output(&record.to_ssz());
    0
}

/// Takes out the check that the input begins with: one byte for the length of its text, and the text. Returns the rest.
fn without_check(input: &[u8]) -> &[u8] {
    let Some((length, rest)) = input.split_first() else { return input };
    let Some((check, input)) = rest.split_at_checked(usize::from(*length)) else { return rest };
    stateless::take_out(core::str::from_utf8(check).unwrap_or_default());
    input
}
