//! The headers before the block: that they are a chain, and that the block's header follows from the last of them.

use alloc::vec::Vec;

use alloy_consensus::Header;
use alloy_eips::eip1559::{BaseFeeParams, GAS_LIMIT_BOUND_DIVISOR};
use alloy_eips::eip4844::{MAX_DATA_GAS_PER_BLOCK_DENCUN, TARGET_DATA_GAS_PER_BLOCK_DENCUN};
use alloy_primitives::keccak256;
use alloy_rlp::Decodable;

use crate::checks::holds;
use crate::defect::Defect;
use crate::witness::BlockHashes;

/// The least gas limit of a block [Yellow Paper, 4.4.4].
const MINIMUM_GAS_LIMIT: u64 = 5_000;

/// The parent's header and the hashes of the witness's headers. Fails unless each header names the one before it, and
/// the block's header the last.
pub fn chain_of(header: &Header, encoded_headers: &[Vec<u8>]) -> Result<(Header, BlockHashes), Defect> {
    let mut hashes = Vec::with_capacity(encoded_headers.len());
    let mut last: Option<Header> = None;
    for encoded in encoded_headers {
        let next = decode_header(encoded)?;
        if let (Some(before), Some(hash)) = (&last, hashes.last()) {
            check(next.parent_hash == *hash, "the witness's headers are no chain")?;
            check(before.number.checked_add(1) == Some(next.number), "the witness's headers are not numbered in order")?;
        }
        hashes.push(keccak256(encoded));
        last = Some(next);
    }
    let parent = last.ok_or(Defect::Header("the witness has no header of the parent"))?;
    check(hashes.last() == Some(&header.parent_hash), "the witness's last header is not the parent's")?;
    let parent_number = parent.number;
    Ok((parent, BlockHashes::new(hashes, parent_number)))
}

fn decode_header(mut encoded: &[u8]) -> Result<Header, Defect> {
    let header = Header::decode(&mut encoded).map_err(|_| Defect::Header("a header of the witness is no header"))?;
    check(encoded.is_empty(), "a header of the witness has bytes behind it")?;
    Ok(header)
}

/// Fails unless a header may follow its parent's. What execution decides is not looked at.
pub fn check_header(header: &Header, parent: &Header) -> Result<(), Defect> {
    check(parent.number.checked_add(1) == Some(header.number), "its number is not one more than the parent's")?;
    check(header.timestamp > parent.timestamp, "its time is not after the parent's")?;
    check(header.gas_used <= header.gas_limit, "it uses more gas than its limit")?;
    check(header.gas_limit >= MINIMUM_GAS_LIMIT, "its gas limit is below the least")?;
    check(
        header.gas_limit.abs_diff(parent.gas_limit) < parent.gas_limit / GAS_LIMIT_BOUND_DIVISOR,
        "its gas limit is too far from the parent's",
    )?;
    let base_fee = parent.next_block_base_fee(BaseFeeParams::ethereum());
    check(header.base_fee_per_gas == base_fee, "its base fee does not follow from the parent's")?;
    if let (Some(excess), Some(used)) = (header.excess_blob_gas, header.blob_gas_used) {
        check(Some(excess) == excess_blob_gas_after(parent), "its excess blob gas does not follow from the parent's")?;
        check(used <= MAX_DATA_GAS_PER_BLOCK_DENCUN, "it uses more blob gas than a block may")?;
    }
    Ok(())
}

/// The excess blob gas of a block [EIP-4844]; a parent from before Cancun has none.
fn excess_blob_gas_after(parent: &Header) -> Option<u64> {
    let sum = parent.excess_blob_gas.unwrap_or(0).checked_add(parent.blob_gas_used.unwrap_or(0))?;
    Some(sum.saturating_sub(TARGET_DATA_GAS_PER_BLOCK_DENCUN))
}

/// Fails for this reason unless the condition holds.
pub fn check(condition: bool, otherwise: &'static str) -> Result<(), Defect> {
    if holds(condition, otherwise) { Ok(()) } else { Err(Defect::Header(otherwise)) }
}
