//! Executes a block: the beacon root's system call, the transactions, the withdrawals.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use alloy_consensus::transaction::Transaction as _;
use alloy_consensus::{Eip658Value, Header, Receipt, ReceiptEnvelope};
use alloy_eips::eip4788::BEACON_ROOTS_ADDRESS;
use alloy_eips::eip4844::MAX_BLOBS_PER_BLOCK_DENCUN;
use alloy_eips::eip7840::BlobParams;
use alloy_primitives::{Address, B256, Bloom, U256};
use revm::context::{BlockEnv, CfgEnv};
use revm::context_interface::block::BlobExcessGasAndPrice;
use revm::context_interface::result::EVMError;
use revm::primitives::hardfork::SpecId;
use revm::{Context, MainContext};

use crate::defect::{Defect, WitnessDefect};
use crate::evm::BlockEvm;
use crate::headers::check;
use crate::schema::{Fork, StatelessInput, Withdrawal};
use crate::state::WitnessState;
use crate::transactions::{Transaction, check_transaction, decode_signed, environment_of};
use crate::witness::Additions;

const WEI_PER_GWEI: u64 = 1_000_000_000;

/// What executing a block comes to, apart from the state.
pub struct Outcome {
    pub gas_used: u64,
    pub blob_gas_used: u64,
    pub receipts: Vec<ReceiptEnvelope>,
}

impl Outcome {
    pub fn logs_bloom(&self) -> Bloom {
        self.receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | *receipt.logs_bloom())
    }
}

/// Executes the block on the state. Fails where a transaction is not valid, or the witness lacks something.
pub fn execute(
    input: &StatelessInput,
    header: &Header,
    state: &mut WitnessState,
    additions: &mut dyn Additions,
) -> Result<Outcome, Defect> {
    let spec = match input.fork {
        Fork::Shanghai => SpecId::SHANGHAI,
        Fork::Cancun => SpecId::CANCUN,
    };
    let mut configuration = CfgEnv::new_with_spec(spec).with_mainnet_gas_params();
    configuration.chain_id = input.chain_id;
    configuration.max_blobs_per_tx = Some(MAX_BLOBS_PER_BLOCK_DENCUN as u64);
    let context = Context::mainnet().with_db(state).with_block(block_of(header)?).with_cfg(configuration);
    let mut evm = BlockEvm::new(context);

    if let Some(root) = header.parent_beacon_block_root {
        let called = evm
            .system_call(BEACON_ROOTS_ADDRESS, root.to_vec().into())
            .map_err(|error| execution_defect(error, Defect::SystemCall))?;
        evm.state().apply(called.state, additions)?;
    }
    let mut outcome = Outcome { gas_used: 0, blob_gas_used: 0, receipts: Vec::new() };
    let mut versioned_hashes = Vec::new();
    let is_complete = input.public_keys.len() == input.request.transactions.len();
    check(is_complete, "there are not as many public keys as transactions")?;
    for (index, (encoded, public_key)) in input.request.transactions.iter().zip(&input.public_keys).enumerate() {
        let defect = |reason: String| Defect::Transaction { index, reason };
        let (transaction, sender) = decode_signed(encoded, public_key).map_err(|reason| defect(reason.into()))?;
        let fits = transaction.gas_limit() <= header.gas_limit.saturating_sub(outcome.gas_used);
        check_transaction(fits, "its gas limit is above what is left of the block's")
            .map_err(|reason| defect(reason.into()))?;
        let executed = evm
            .transact(environment_of(&transaction, sender))
            .map_err(|error| execution_defect(error, defect))?;
        evm.state().apply(executed.state, additions)?;
        outcome.gas_used += executed.result.tx_gas_used();
        outcome.blob_gas_used += transaction.blob_gas_used().unwrap_or(0);
        versioned_hashes.extend_from_slice(transaction.blob_versioned_hashes().unwrap_or_default());
        outcome.receipts.push(receipt_of(
            &transaction,
            executed.result.is_success(),
            outcome.gas_used,
            executed.result.into_logs(),
        ));
    }
    check_versioned_hashes(input, &versioned_hashes)?;
    for withdrawal in &input.request.withdrawals {
        withdraw(withdrawal, evm.state())?;
    }
    Ok(outcome)
}

/// What revm reads of the block. Fails where the price of blob gas, which grows without end, needs more than 128 bits.
fn block_of(header: &Header) -> Result<BlockEnv, Defect> {
    let blob_gas = header.excess_blob_gas.map(|excess_blob_gas| BlobExcessGasAndPrice {
        excess_blob_gas,
        blob_gasprice: BlobParams::cancun().calc_blob_fee(excess_blob_gas),
    });
    let has_price = blob_gas.is_none_or(|blob_gas| blob_gas.blob_gasprice != u128::MAX);
    check(has_price, "the price of its blob gas needs more than 128 bits")?;
    Ok(BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        difficulty: U256::ZERO,
        prevrandao: Some(header.mix_hash),
        blob_excess_gas_and_price: blob_gas,
        slot_num: 0,
    })
}

fn receipt_of(
    transaction: &Transaction,
    is_success: bool,
    cumulative_gas_used: u64,
    logs: Vec<alloy_primitives::Log>,
) -> ReceiptEnvelope {
    let receipt = Receipt { status: Eip658Value::Eip658(is_success), cumulative_gas_used, logs };
    ReceiptEnvelope::from_typed(transaction.tx_type(), receipt.with_bloom())
}

/// The consensus layer asks for the blobs whose hashes it names: all of the block's, in order.
fn check_versioned_hashes(input: &StatelessInput, of_transactions: &[B256]) -> Result<(), Defect> {
    let are_named = input.request.blob_fields.as_ref().is_none_or(|fields| {
        fields.versioned_hashes.iter().eq(of_transactions.iter().map(|hash| &hash.0))
    });
    check(are_named, "its transactions have other blobs than the request names")
}

fn withdraw(withdrawal: &Withdrawal, state: &mut WitnessState) -> Result<(), WitnessDefect> {
    let amount = U256::from(withdrawal.amount) * U256::from(WEI_PER_GWEI);
    state.increase_balance(Address::new(withdrawal.address), amount)
}

/// A witness that lacks something is no fault of the transaction that asks for it.
fn execution_defect(error: EVMError<WitnessDefect>, otherwise: impl FnOnce(String) -> Defect) -> Defect {
    match error {
        EVMError::Database(defect) => Defect::Witness(defect),
        error => otherwise(error.to_string()),
    }
}
