//! The block's header as its payload request states it.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header};
use alloy_eips::eip4895::{Withdrawal, Withdrawals};
use alloy_primitives::{Address, B256, Bloom, U256};
use alloy_trie::root::{ordered_trie_root, ordered_trie_root_encoded};

use crate::checks::holds;
use crate::defect::Defect;
use crate::schema::PayloadRequest;

/// The header that the payload request describes. Fails where its hash is not the payload's block hash.
pub fn header_of(request: &PayloadRequest) -> Result<Header, Defect> {
    let base_fee = U256::from_le_bytes(request.base_fee_per_gas);
    let blob_fields = request.blob_fields.as_ref();
    let header = Header {
        parent_hash: B256::new(request.parent_hash),
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: Address::new(request.fee_recipient),
        state_root: B256::new(request.state_root),
        transactions_root: ordered_trie_root_encoded(&request.transactions),
        receipts_root: B256::new(request.receipts_root),
        logs_bloom: Bloom::new(request.logs_bloom),
        number: request.block_number,
        gas_limit: request.gas_limit,
        gas_used: request.gas_used,
        timestamp: request.timestamp,
        extra_data: request.extra_data.clone().into(),
        mix_hash: B256::new(request.prev_randao),
        base_fee_per_gas: Some(base_fee.try_into().map_err(|_| Defect::Header("the base fee needs more than 64 bits"))?),
        withdrawals_root: Some(ordered_trie_root(&withdrawals_of(request))),
        blob_gas_used: blob_fields.map(|fields| fields.blob_gas_used),
        excess_blob_gas: blob_fields.map(|fields| fields.excess_blob_gas),
        parent_beacon_block_root: blob_fields.map(|fields| B256::new(fields.parent_beacon_block_root)),
        // Difficulty and nonce are zero since the merge.
        ..Header::default()
    };
    if !holds(header.hash_slow() == request.block_hash, "block hash") {
        return Err(Defect::BlockHash);
    }
    Ok(header)
}

fn withdrawals_of(request: &PayloadRequest) -> Withdrawals {
    let withdrawals = request.withdrawals.iter().map(|withdrawal| Withdrawal {
        index: withdrawal.index,
        validator_index: withdrawal.validator_index,
        address: Address::new(withdrawal.address),
        amount: withdrawal.amount,
    });
    Withdrawals::new(withdrawals.collect())
}
