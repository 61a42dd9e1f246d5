//! Transactions: decoded, with their signatures checked against the public keys that come with them.

use alloy_consensus::transaction::{Transaction as _, TxEip4844};
use alloy_consensus::{EthereumTxEnvelope, Typed2718 as _};
use alloy_eips::Decodable2718 as _;
use alloy_primitives::{Address, keccak256};
use revm::context::TxEnv;

use crate::accelerators::recover_public_key;
use crate::checks::holds;
use crate::schema::PUBLIC_KEY_BYTES;

/// A transaction of any type that the forks know.
pub type Transaction = EthereumTxEnvelope<TxEip4844>;

/// Decodes a transaction and finds its sender. Fails unless the public key is the one that signed it.
pub fn decode_signed(
    mut encoded: &[u8],
    public_key: &[u8; PUBLIC_KEY_BYTES],
) -> Result<(Transaction, Address), &'static str> {
    let transaction = Transaction::decode_2718(&mut encoded).map_err(|_| "it is not encoded as a transaction is")?;
    check_transaction(encoded.is_empty(), "it has bytes behind it")?;
    let signature = transaction.signature();
    check_transaction(signature.normalize_s().is_none(), "the s of its signature is the larger of the two [EIP-2]")?;
    let mut scalars = [0; 64];
    scalars.copy_from_slice(&signature.as_bytes()[..64]);
    let signer = recover_public_key(&transaction.signature_hash().0, &scalars, u8::from(signature.v()))
        .ok_or("its signature is no signature")?;
    let (prefix, claimed) = public_key.split_first_chunk::<1>().ok_or("its public key is too short")?;
    let is_signer = *prefix == [0x04] && *claimed == signer;
    check_transaction(is_signer, "it was signed with another key than the one that comes with it")?;
    Ok((transaction, Address::from_slice(&keccak256(signer)[12..])))
}

/// Fails for this reason unless the condition holds.
pub fn check_transaction(condition: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if holds(condition, otherwise) { Ok(()) } else { Err(otherwise) }
}

/// What revm executes.
pub fn environment_of(transaction: &Transaction, sender: Address) -> TxEnv {
    TxEnv {
        tx_type: transaction.ty(),
        caller: sender,
        gas_limit: transaction.gas_limit(),
        gas_price: transaction.max_fee_per_gas(),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        chain_id: transaction.chain_id(),
        access_list: transaction.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: transaction.max_priority_fee_per_gas(),
        blob_hashes: transaction.blob_versioned_hashes().unwrap_or_default().to_vec(),
        max_fee_per_blob_gas: transaction.max_fee_per_blob_gas().unwrap_or_default(),
        // The type that has one is refused before Prague.
        authorization_list: Default::default(),
    }
}
