//! The validation as a whole, and its result.

use alloy_consensus::Header;
use alloy_consensus::proofs::calculate_receipt_root;
use alloy_primitives::{B256, Bloom};
use revm::install_crypto;

use crate::accelerators::Accelerators;
use crate::checks::holds;
use crate::defect::Defect;
use crate::execution::{Outcome, execute};
use crate::headers::{chain_of, check_header};
use crate::payload::header_of;
use crate::schema::StatelessInput;
use crate::state::WitnessState;
use crate::witness::{Additions, Usage};

/// Root, verdict, chain id, schema id.
pub const RESULT_BYTES: usize = 32 + 1 + 8 + 2;

/// What a validation has found.
pub struct Validation {
    /// The hash tree root of the payload request; zero where the input could not be decoded, as are the two ids.
    pub request_root: [u8; 32],
    pub chain_id: u64,
    pub schema_id: u16,
    pub verdict: Result<(), Defect>,
    /// What of the witness was needed to come to the verdict.
    pub usage: Usage,
    /// What executing the block gives, where that came to an end.
    pub computed: Option<Computed>,
}

/// What a header says of the block's execution, by execution.
pub struct Computed {
    pub gas_used: u64,
    pub blob_gas_used: u64,
    pub logs_bloom: Bloom,
    pub receipts_root: B256,
    pub state_root: B256,
}

impl Computed {
    fn of(outcome: &Outcome, state_root: B256) -> Self {
        Self {
            gas_used: outcome.gas_used,
            blob_gas_used: outcome.blob_gas_used,
            logs_bloom: outcome.logs_bloom(),
            receipts_root: calculate_receipt_root(&outcome.receipts),
            state_root,
        }
    }

    /// Fails unless the header says the same.
    fn check(&self, header: &Header) -> Result<(), Defect> {
        check(self.gas_used == header.gas_used, "gas used")?;
        check(self.blob_gas_used == header.blob_gas_used.unwrap_or(0), "blob gas used")?;
        check(self.logs_bloom == header.logs_bloom, "bloom of the logs")?;
        check(self.receipts_root == header.receipts_root, "receipts root")?;
        check(self.state_root == header.state_root, "state root")
    }
}

impl Validation {
    /// The result in SSZ: the root, 1 if the block is valid, the two ids.
    pub fn result(&self) -> [u8; RESULT_BYTES] {
        let mut encoded = [0; RESULT_BYTES];
        encoded[..32].copy_from_slice(&self.request_root);
        encoded[32] = u8::from(self.verdict.is_ok());
        encoded[33..41].copy_from_slice(&self.chain_id.to_le_bytes());
        encoded[41..].copy_from_slice(&self.schema_id.to_le_bytes());
        encoded
    }
}

/// Validates the block of an input; `additions` hears of what the block adds to the state.
pub fn validate(input: &[u8], additions: &mut dyn Additions) -> Validation {
    install_crypto(Accelerators);
    match StatelessInput::decode(input) {
        Ok(decoded) => validate_decoded(decoded, additions),
        Err(defect) => Validation {
            request_root: [0; 32],
            chain_id: 0,
            schema_id: 0,
            verdict: Err(defect),
            usage: Usage::default(),
            computed: None,
        },
    }
}

fn validate_decoded(mut input: StatelessInput, additions: &mut dyn Additions) -> Validation {
    let mut usage = Usage::default();
    let mut computed = None;
    let verdict = verdict_on(&mut input, &mut usage, &mut computed, additions);
    Validation {
        request_root: input.request_root,
        chain_id: input.chain_id,
        schema_id: input.schema_id,
        verdict,
        usage,
        computed,
    }
}

/// Fails with the first thing that is wrong.
fn verdict_on(
    input: &mut StatelessInput,
    usage: &mut Usage,
    computed: &mut Option<Computed>,
    additions: &mut dyn Additions,
) -> Result<(), Defect> {
    let nodes = core::mem::take(&mut input.witness.state);
    let codes = core::mem::take(&mut input.witness.codes);
    usage.nodes = alloc::vec![false; nodes.len()];
    usage.codes = alloc::vec![false; codes.len()];
    let header = header_of(&input.request)?;
    let (parent, block_hashes) = chain_of(&header, &input.witness.headers)?;
    usage.headers = block_hashes.used();
    check_header(&header, &parent)?;
    let mut state = WitnessState::new(parent.state_root, nodes, codes, block_hashes);
    let executed = execute(input, &header, &mut state, additions)
        .and_then(|outcome| Ok(Computed::of(&outcome, state.root(additions)?)));
    *usage = state.into_usage();
    computed.insert(executed?).check(&header)
}

fn check(condition: bool, what: &'static str) -> Result<(), Defect> {
    if holds(condition, what) { Ok(()) } else { Err(Defect::Result(what)) }
}
