//! The input as containers: the payload request of each fork, the witness, chain id and public keys, in SSZ.
//!
//! Containers and limits are those of the consensus specifications (Capella, Deneb) and, for what is around the payload
//! request, of the stateless inputs of the execution specifications, whose progressive lists are encoded as lists are.

use alloc::vec::Vec;

use libssz::SszDecode as _;
use libssz_derive::{HashTreeRoot, SszDecode, SszEncode};
use libssz_merkle::HashTreeRoot as _;
use libssz_types::SszList;

use crate::accelerators::Sha256;
use crate::defect::Defect;

const MAX_BYTES_PER_TRANSACTION: usize = 1 << 30;
const MAX_TRANSACTIONS_PER_PAYLOAD: usize = 1 << 20;
const MAX_WITHDRAWALS_PER_PAYLOAD: usize = 16;
const MAX_BLOB_COMMITMENTS_PER_BLOCK: usize = 4096;
const MAX_EXTRA_DATA_BYTES: usize = 32;
const MAX_BYTES_PER_WITNESS_NODE: usize = 1 << 10;
const MAX_BYTES_PER_CODE: usize = 1 << 16;
const MAX_BYTES_PER_HEADER: usize = 1 << 10;
/// What the instruction BLOCKHASH can reach.
const MAX_WITNESS_HEADERS: usize = 256;

pub const SCHEMA_ID_BYTES: usize = 2;
/// 0x04, then the coordinates x and y, big-endian.
pub const PUBLIC_KEY_BYTES: usize = 65;

/// The forks that can be validated. The first byte of a schema id is the fork's number in the execution specifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fork {
    Shanghai,
    Cancun,
}

impl Fork {
    fn of_schema(schema_id: u16) -> Result<Self, Defect> {
        match schema_id {
            0x0f01 => Ok(Self::Shanghai),
            0x1001 => Ok(Self::Cancun),
            _ => Err(Defect::UnsupportedSchema(schema_id)),
        }
    }
}

type Transaction = SszList<u8, MAX_BYTES_PER_TRANSACTION>;

#[derive(SszEncode, SszDecode, HashTreeRoot)]
pub struct Withdrawal {
    pub index: u64,
    pub validator_index: u64,
    pub address: [u8; 20],
    pub amount: u64,
}

#[derive(SszEncode, SszDecode, HashTreeRoot)]
struct CapellaPayload {
    parent_hash: [u8; 32],
    fee_recipient: [u8; 20],
    state_root: [u8; 32],
    receipts_root: [u8; 32],
    logs_bloom: [u8; 256],
    prev_randao: [u8; 32],
    block_number: u64,
    gas_limit: u64,
    gas_used: u64,
    timestamp: u64,
    extra_data: SszList<u8, MAX_EXTRA_DATA_BYTES>,
    base_fee_per_gas: [u8; 32],
    block_hash: [u8; 32],
    transactions: SszList<Transaction, MAX_TRANSACTIONS_PER_PAYLOAD>,
    withdrawals: SszList<Withdrawal, MAX_WITHDRAWALS_PER_PAYLOAD>,
}

#[derive(SszEncode, SszDecode, HashTreeRoot)]
struct DenebPayload {
    parent_hash: [u8; 32],
    fee_recipient: [u8; 20],
    state_root: [u8; 32],
    receipts_root: [u8; 32],
    logs_bloom: [u8; 256],
    prev_randao: [u8; 32],
    block_number: u64,
    gas_limit: u64,
    gas_used: u64,
    timestamp: u64,
    extra_data: SszList<u8, MAX_EXTRA_DATA_BYTES>,
    base_fee_per_gas: [u8; 32],
    block_hash: [u8; 32],
    transactions: SszList<Transaction, MAX_TRANSACTIONS_PER_PAYLOAD>,
    withdrawals: SszList<Withdrawal, MAX_WITHDRAWALS_PER_PAYLOAD>,
    blob_gas_used: u64,
    excess_blob_gas: u64,
}

#[derive(SszEncode, SszDecode, HashTreeRoot)]
struct CapellaRequest {
    execution_payload: CapellaPayload,
}

#[derive(SszEncode, SszDecode, HashTreeRoot)]
struct DenebRequest {
    execution_payload: DenebPayload,
    versioned_hashes: SszList<[u8; 32], MAX_BLOB_COMMITMENTS_PER_BLOCK>,
    parent_beacon_block_root: [u8; 32],
}

#[derive(SszDecode)]
struct SszWitness {
    state: Vec<SszList<u8, MAX_BYTES_PER_WITNESS_NODE>>,
    codes: Vec<SszList<u8, MAX_BYTES_PER_CODE>>,
    headers: SszList<SszList<u8, MAX_BYTES_PER_HEADER>, MAX_WITNESS_HEADERS>,
}

#[derive(SszDecode)]
struct CapellaInput {
    new_payload_request: CapellaRequest,
    witness: SszWitness,
    chain_id: u64,
    public_keys: Vec<[u8; PUBLIC_KEY_BYTES]>,
}

#[derive(SszDecode)]
struct DenebInput {
    new_payload_request: DenebRequest,
    witness: SszWitness,
    chain_id: u64,
    public_keys: Vec<[u8; PUBLIC_KEY_BYTES]>,
}

/// What Cancun added to a payload and to its request.
pub struct BlobFields {
    pub blob_gas_used: u64,
    pub excess_blob_gas: u64,
    pub versioned_hashes: Vec<[u8; 32]>,
    pub parent_beacon_block_root: [u8; 32],
}

/// The payload request of any fork.
pub struct PayloadRequest {
    pub parent_hash: [u8; 32],
    pub fee_recipient: [u8; 20],
    pub state_root: [u8; 32],
    pub receipts_root: [u8; 32],
    pub logs_bloom: [u8; 256],
    pub prev_randao: [u8; 32],
    pub block_number: u64,
    pub gas_limit: u64,
    pub gas_used: u64,
    pub timestamp: u64,
    pub extra_data: Vec<u8>,
    /// Little-endian.
    pub base_fee_per_gas: [u8; 32],
    pub block_hash: [u8; 32],
    pub transactions: Vec<Vec<u8>>,
    pub withdrawals: Vec<Withdrawal>,
    /// Present from Cancun on.
    pub blob_fields: Option<BlobFields>,
}

/// Trie nodes, codes and headers, as bytes that their hashes identify.
pub struct Preimages {
    pub state: Vec<Vec<u8>>,
    pub codes: Vec<Vec<u8>>,
    /// In ascending order of block number; the last is the parent's.
    pub headers: Vec<Vec<u8>>,
}

/// A decoded input.
pub struct StatelessInput {
    pub fork: Fork,
    pub schema_id: u16,
    pub request_root: [u8; 32],
    pub request: PayloadRequest,
    pub witness: Preimages,
    pub chain_id: u64,
    pub public_keys: Vec<[u8; PUBLIC_KEY_BYTES]>,
}

impl StatelessInput {
    /// Decodes an input. Fails where the schema id names no fork of these, or the rest is not SSZ of its containers.
    pub fn decode(input: &[u8]) -> Result<Self, Defect> {
        let (schema_id, encoded) = input.split_first_chunk::<SCHEMA_ID_BYTES>().ok_or(Defect::MissingSchema)?;
        let schema_id = u16::from_be_bytes(*schema_id);
        match Fork::of_schema(schema_id)? {
            fork @ Fork::Shanghai => {
                let decoded = CapellaInput::from_ssz_bytes(encoded).map_err(Defect::Encoding)?;
                Ok(Self {
                    fork,
                    schema_id,
                    request_root: decoded.new_payload_request.hash_tree_root(&Sha256),
                    request: decoded.new_payload_request.into(),
                    witness: decoded.witness.into(),
                    chain_id: decoded.chain_id,
                    public_keys: decoded.public_keys,
                })
            }
            fork @ Fork::Cancun => {
                let decoded = DenebInput::from_ssz_bytes(encoded).map_err(Defect::Encoding)?;
                Ok(Self {
                    fork,
                    schema_id,
                    request_root: decoded.new_payload_request.hash_tree_root(&Sha256),
                    request: decoded.new_payload_request.into(),
                    witness: decoded.witness.into(),
                    chain_id: decoded.chain_id,
                    public_keys: decoded.public_keys,
                })
            }
        }
    }
}

fn byte_strings<const N: usize>(lists: impl IntoIterator<Item = SszList<u8, N>>) -> Vec<Vec<u8>> {
    lists.into_iter().map(SszList::into_inner).collect()
}

impl From<SszWitness> for Preimages {
    fn from(witness: SszWitness) -> Self {
        Self {
            state: byte_strings(witness.state),
            codes: byte_strings(witness.codes),
            headers: byte_strings(witness.headers),
        }
    }
}

/// The fields that payloads of both forks have.
macro_rules! common_fields {
    ($payload:ident, $blob_fields:expr) => {
        PayloadRequest {
            parent_hash: $payload.parent_hash,
            fee_recipient: $payload.fee_recipient,
            state_root: $payload.state_root,
            receipts_root: $payload.receipts_root,
            logs_bloom: $payload.logs_bloom,
            prev_randao: $payload.prev_randao,
            block_number: $payload.block_number,
            gas_limit: $payload.gas_limit,
            gas_used: $payload.gas_used,
            timestamp: $payload.timestamp,
            extra_data: $payload.extra_data.into_inner(),
            base_fee_per_gas: $payload.base_fee_per_gas,
            block_hash: $payload.block_hash,
            transactions: byte_strings($payload.transactions),
            withdrawals: $payload.withdrawals.into_inner(),
            blob_fields: $blob_fields,
        }
    };
}

impl From<CapellaRequest> for PayloadRequest {
    fn from(request: CapellaRequest) -> Self {
        let payload = request.execution_payload;
        common_fields!(payload, None)
    }
}

impl From<DenebRequest> for PayloadRequest {
    fn from(request: DenebRequest) -> Self {
        let payload = request.execution_payload;
        let blob_fields = BlobFields {
            blob_gas_used: payload.blob_gas_used,
            excess_blob_gas: payload.excess_blob_gas,
            versioned_hashes: request.versioned_hashes.into_inner(),
            parent_beacon_block_root: request.parent_beacon_block_root,
        };
        common_fields!(payload, Some(blob_fields))
    }
}
