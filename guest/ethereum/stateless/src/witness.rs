//! The witness by hashes, and a record of what was used of it.

use alloc::vec;
use alloc::vec::Vec;

use alloy_primitives::map::B256Map;
use alloy_primitives::{B256, keccak256};

use crate::defect::WitnessDefect;

/// What of a witness was needed.
#[derive(Default)]
pub struct Usage {
    /// For each state node, whether it was used.
    pub nodes: Vec<bool>,
    /// For each code, whether it was used.
    pub codes: Vec<bool>,
    /// How many headers were used, counted from the last.
    pub headers: usize,
}

/// Hears of the trie nodes and codes that a block adds to the state.
pub trait Additions {
    fn add_node(&mut self, node: &[u8]);
    fn add_code(&mut self, code: &[u8]);
}

/// Whoever only wants the verdict.
impl Additions for () {
    fn add_node(&mut self, _: &[u8]) {}
    fn add_code(&mut self, _: &[u8]) {}
}

/// Byte strings that are found by their Keccak-256.
pub struct PreimageSet {
    preimages: Vec<Vec<u8>>,
    index_of: B256Map<usize>,
    used: Vec<bool>,
}

impl PreimageSet {
    pub fn new(preimages: Vec<Vec<u8>>) -> Self {
        let mut index_of = B256Map::default();
        index_of.reserve(preimages.len());
        for (index, preimage) in preimages.iter().enumerate() {
            index_of.entry(keccak256(preimage)).or_insert(index);
        }
        let used = vec![false; preimages.len()];
        Self { preimages, index_of, used }
    }

    /// The byte string with this hash, which counts as used from now on.
    pub fn get(&mut self, hash: &B256) -> Option<&[u8]> {
        let index = *self.index_of.get(hash)?;
        self.used[index] = true;
        Some(&self.preimages[index])
    }

    pub fn into_used(self) -> Vec<bool> {
        self.used
    }
}

/// The hashes of the blocks before this one that the witness has headers for.
pub struct BlockHashes {
    /// In ascending order; the last is the parent's.
    hashes: Vec<B256>,
    parent_number: u64,
    used: usize,
}

impl BlockHashes {
    /// The parent's hash is the last, and is used in any case.
    pub fn new(hashes: Vec<B256>, parent_number: u64) -> Self {
        Self { hashes, parent_number, used: 1 }
    }

    pub fn get(&mut self, number: u64) -> Result<B256, WitnessDefect> {
        let missing = WitnessDefect::MissingHeader(number);
        let back = self.parent_number.checked_sub(number).ok_or(missing)?;
        let count = usize::try_from(back).ok().and_then(|back| back.checked_add(1)).ok_or(missing)?;
        let index = self.hashes.len().checked_sub(count).ok_or(missing)?;
        self.used = self.used.max(count);
        Ok(self.hashes[index])
    }

    pub fn used(&self) -> usize {
        self.used
    }
}
