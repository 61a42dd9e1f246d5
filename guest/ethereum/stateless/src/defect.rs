//! Why a block is not valid.

use alloc::string::String;
use core::fmt;

use alloy_primitives::{Address, B256};
use libssz::DecodeError;

/// Why an input proves no valid block. Nothing but the text on the console depends on which it is.
#[derive(Debug)]
pub enum Defect {
    MissingSchema,
    UnsupportedSchema(u16),
    Encoding(DecodeError),
    Header(&'static str),
    BlockHash,
    Transaction { index: usize, reason: String },
    SystemCall(String),
    Witness(WitnessDefect),
    Result(&'static str),
}

impl fmt::Display for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingSchema => write!(formatter, "the input has no schema id"),
            Self::UnsupportedSchema(id) => {
                write!(formatter, "schema id {id:#06x} is not supported: 0x0f01 is Shanghai, 0x1001 is Cancun")
            }
            Self::Encoding(error) => write!(formatter, "the input is not SSZ of its schema: {error:?}"),
            Self::Header(reason) => write!(formatter, "header: {reason}"),
            Self::BlockHash => write!(formatter, "the payload's header does not have the payload's block hash"),
            Self::Transaction { index, reason } => write!(formatter, "transaction {index}: {reason}"),
            Self::SystemCall(reason) => write!(formatter, "system call: {reason}"),
            Self::Witness(defect) => write!(formatter, "witness: {defect}"),
            Self::Result(what) => write!(formatter, "executing the block gives another {what} than its header"),
        }
    }
}

/// What a witness lacks, or holds in a form that nothing can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessDefect {
    MissingNode(B256),
    MalformedNode,
    MalformedAccount(Address),
    MalformedSlot(Address),
    MissingCode(B256),
    MissingHeader(u64),
}

impl fmt::Display for WitnessDefect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingNode(hash) => write!(formatter, "no trie node has the hash {hash}"),
            Self::MalformedNode => write!(formatter, "a node is none of a trie with keys of 32 bytes"),
            Self::MalformedAccount(address) => write!(formatter, "what stands for account {address} is none"),
            Self::MalformedSlot(address) => write!(formatter, "a slot of account {address} holds no number"),
            Self::MissingCode(hash) => write!(formatter, "no code has the hash {hash}"),
            Self::MissingHeader(number) => write!(formatter, "no header tells the hash of block {number}"),
        }
    }
}

impl core::error::Error for WitnessDefect {}
impl revm::database_interface::DBErrorMarker for WitnessDefect {}

impl From<WitnessDefect> for Defect {
    fn from(defect: WitnessDefect) -> Self {
        Self::Witness(defect)
    }
}
