//! Validation of an Ethereum block without the state: everything read from the state is proven by a witness.
//!
//! The input is two bytes that name fork and schema, then SSZ (`schema`); the result names the payload request by its
//! hash tree root. No input ends in a trap: whatever is wrong is a `Defect`, and the block is not valid.
#![no_std]

extern crate alloc;

mod accelerators;
mod checks;
mod defect;
mod evm;
mod execution;
mod headers;
mod payload;
mod schema;
mod state;
mod transactions;
mod trie;
mod validation;
mod witness;

#[cfg(feature = "take_out")]
pub use checks::take_out;
pub use defect::Defect;
pub use validation::{Computed, RESULT_BYTES, Validation, validate};
pub use witness::{Additions, Usage};
