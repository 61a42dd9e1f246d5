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
use revm::{Context, ExecuteEvm, MainBuilder, MainContext, SystemCallEvm};

use crate::defect::{Defect, WitnessDefect};
use crate::schema::{Fork, StatelessInput, Withdrawal};
use crate::state::WitnessState;
use crate::transactions::{Transaction, decode_signed, environment_of};
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
    let mut evm =
        Context::mainnet().with_db(state).with_block(block_of(header)?).with_cfg(configuration).build_mainnet();

    if let Some(root) = header.parent_beacon_block_root {
        let called = evm
            .system_call(BEACON_ROOTS_ADDRESS, root.to_vec().into())
            .map_err(|error| execution_defect(error, Defect::SystemCall))?;
        evm.ctx.journaled_state.database.apply(called.state, additions)?;
    }
    let mut outcome = Outcome { gas_used: 0, blob_gas_used: 0, receipts: Vec::new() };
    let mut versioned_hashes = Vec::new();
    if input.public_keys.len() != input.request.transactions.len() {
        return Err(Defect::Header("there are not as many public keys as transactions"));
    }
    for (index, (encoded, public_key)) in input.request.transactions.iter().zip(&input.public_keys).enumerate() {
        let defect = |reason: String| Defect::Transaction { index, reason };
        let (transaction, sender) = decode_signed(encoded, public_key).map_err(|reason| defect(reason.into()))?;
        if transaction.gas_limit() > header.gas_limit - outcome.gas_used {
            return Err(defect("its gas limit is above what is left of the block's".into()));
        }
        let executed = evm
            .transact(environment_of(&transaction, sender))
            .map_err(|error| execution_defect(error, defect))?;
        evm.ctx.journaled_state.database.apply(executed.state, additions)?;
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
        withdraw(withdrawal, evm.ctx.journaled_state.database)?;
    }
    Ok(outcome)
}

/// What revm reads of the block. Fails where the price of blob gas, which grows without end, needs more than 128 bits.
fn block_of(header: &Header) -> Result<BlockEnv, Defect> {
    let blob_gas = header.excess_blob_gas.map(|excess_blob_gas| BlobExcessGasAndPrice {
        excess_blob_gas,
        blob_gasprice: BlobParams::cancun().calc_blob_fee(excess_blob_gas),
    });
    if blob_gas.is_some_and(|blob_gas| blob_gas.blob_gasprice == u128::MAX) {
        return Err(Defect::Header("the price of its blob gas needs more than 128 bits"));
    }
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
    match &input.request.blob_fields {
        Some(fields) if fields.versioned_hashes.iter().ne(of_transactions.iter().map(|hash| &hash.0)) => {
            Err(Defect::Header("its transactions have other blobs than the request names"))
        }
        _ => Ok(()),
    }
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
