//! The state before the block as the witness proves it, with what the block has changed so far.

use alloc::vec::Vec;

use alloy_primitives::map::{AddressMap, B256Map, U256Map};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY, TrieAccount};
use revm::state::{Account, AccountInfo, Bytecode, EvmState};
use revm::Database;

use crate::defect::WitnessDefect;
use crate::trie::PartialTrie;
use crate::witness::{Additions, BlockHashes, PreimageSet, Usage};

/// An account that the block has read.
struct CachedAccount {
    /// As it stands in the trie.
    before: Option<TrieAccount>,
    now: Option<AccountInfo>,
    storage: PartialTrie,
    /// What the block has written.
    slots: U256Map<U256>,
    /// Whether the block has made an end of the slots that stood there.
    is_cleared: bool,
}

/// A state that a witness proves.
pub struct WitnessState {
    accounts: PartialTrie,
    nodes: PreimageSet,
    codes: PreimageSet,
    created_codes: B256Map<Bytecode>,
    block_hashes: BlockHashes,
    cached: AddressMap<CachedAccount>,
}

impl WitnessState {
    pub fn new(state_root: B256, nodes: Vec<Vec<u8>>, codes: Vec<Vec<u8>>, block_hashes: BlockHashes) -> Self {
        Self {
            accounts: PartialTrie::new(state_root),
            nodes: PreimageSet::new(nodes),
            codes: PreimageSet::new(codes),
            created_codes: B256Map::default(),
            block_hashes,
            cached: AddressMap::default(),
        }
    }

    /// Adds to a balance, as a withdrawal does.
    pub fn increase_balance(&mut self, address: Address, amount: U256) -> Result<(), WitnessDefect> {
        let account = self.account(address)?;
        let info = account.now.get_or_insert_default();
        // No sum of ether comes near 2^256 wei.
        info.balance = info.balance.saturating_add(amount);
        if info.is_empty() {
            account.now = None;
        }
        Ok(())
    }

    /// Takes over what a transaction or a system call has changed.
    pub fn apply(&mut self, changes: EvmState, additions: &mut dyn Additions) -> Result<(), WitnessDefect> {
        for (address, changed) in changes.iter().filter(|(_, changed)| changed.is_touched()) {
            if let Some(code) = changed.info.code.as_ref().filter(|_| changed.is_created()) {
                additions.add_code(code.original_byte_slice());
                self.created_codes.insert(changed.info.code_hash, code.clone());
            }
            self.account(*address)?.apply(changed);
        }
        Ok(())
    }

    /// Whether an account without code has storage. None can write there, so it is what stood there before the block,
    /// if that was not cleared.
    pub fn has_storage(&mut self, address: Address) -> Result<bool, WitnessDefect> {
        let account = self.account(address)?;
        Ok(!account.is_cleared && account.before.is_some_and(|before| before.storage_root != EMPTY_ROOT_HASH))
    }

    /// The root of the state with all changes.
    pub fn root(&mut self, additions: &mut dyn Additions) -> Result<B256, WitnessDefect> {
        let mut removed = Vec::new();
        for (address, account) in &mut self.cached {
            let Some(info) = &account.now else {
                if account.before.is_some() {
                    removed.push(*address);
                }
                continue;
            };
            let after = TrieAccount {
                nonce: info.nonce,
                balance: info.balance,
                storage_root: account.storage.root_with(&account.slots, &mut self.nodes, additions)?,
                code_hash: info.code_hash,
            };
            if account.before != Some(after) {
                self.accounts.insert(keccak256(address), alloy_rlp::encode(after), &mut self.nodes)?;
            }
        }
        // Last, so that fewer branches are left with one child, which the witness would have to hold.
        for address in removed {
            self.accounts.remove(keccak256(address), &mut self.nodes)?;
        }
        Ok(self.accounts.root(additions))
    }

    pub fn into_usage(self) -> Usage {
        Usage {
            nodes: self.nodes.into_used(),
            codes: self.codes.into_used(),
            headers: self.block_hashes.used(),
        }
    }

    fn account(&mut self, address: Address) -> Result<&mut CachedAccount, WitnessDefect> {
        if !self.cached.contains_key(&address) {
            let account = self.read_account(address)?;
            self.cached.insert(address, account);
        }
        self.cached.get_mut(&address).ok_or(WitnessDefect::MalformedAccount(address))
    }

    fn read_account(&mut self, address: Address) -> Result<CachedAccount, WitnessDefect> {
        let before = match self.accounts.get(keccak256(address), &mut self.nodes)? {
            Some(encoded) => {
                let account = decode_whole::<TrieAccount>(encoded).ok_or(WitnessDefect::MalformedAccount(address))?;
                Some(account)
            }
            None => None,
        };
        Ok(CachedAccount {
            before,
            now: before.map(|account| AccountInfo {
                balance: account.balance,
                nonce: account.nonce,
                code_hash: account.code_hash,
                code: None,
                ..AccountInfo::default()
            }),
            storage: PartialTrie::new(before.map_or(EMPTY_ROOT_HASH, |account| account.storage_root)),
            slots: U256Map::default(),
            is_cleared: false,
        })
    }
}

impl CachedAccount {
    fn clear_storage(&mut self) {
        self.storage = PartialTrie::new(EMPTY_ROOT_HASH);
        self.slots.clear();
        self.is_cleared = true;
    }

    fn apply(&mut self, changed: &Account) {
        if changed.is_selfdestructed() || changed.is_created() {
            self.clear_storage();
        }
        if changed.is_selfdestructed() || changed.info.is_empty() {
            self.now = None;
            return;
        }
        self.now = Some(changed.info.clone());
        for (key, slot) in changed.changed_storage_slots() {
            self.slots.insert(*key, slot.present_value);
        }
    }
}

impl PartialTrie {
    /// The root of a storage trie with these slots written; 0 removes.
    fn root_with(
        &mut self,
        slots: &U256Map<U256>,
        nodes: &mut PreimageSet,
        additions: &mut dyn Additions,
    ) -> Result<B256, WitnessDefect> {
        for (key, value) in slots.iter().filter(|(_, value)| !value.is_zero()) {
            self.insert(hashed(*key), alloy_rlp::encode(value), nodes)?;
        }
        // Last, for the same reason as with accounts.
        for (key, _) in slots.iter().filter(|(_, value)| value.is_zero()) {
            self.remove(hashed(*key), nodes)?;
        }
        Ok(self.root(additions))
    }
}

impl Database for WitnessState {
    type Error = WitnessDefect;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, WitnessDefect> {
        Ok(self.account(address)?.now.clone())
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, WitnessDefect> {
        if code_hash == KECCAK_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.created_codes.get(&code_hash) {
            return Ok(code.clone());
        }
        let code = self.codes.get(&code_hash).ok_or(WitnessDefect::MissingCode(code_hash))?;
        Ok(Bytecode::new_legacy(code.to_vec().into()))
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, WitnessDefect> {
        self.account(address)?;
        let account = self.cached.get_mut(&address).ok_or(WitnessDefect::MalformedAccount(address))?;
        if let Some(value) = account.slots.get(&index) {
            return Ok(*value);
        }
        if account.is_cleared {
            return Ok(U256::ZERO);
        }
        match account.storage.get(hashed(index), &mut self.nodes)? {
            Some(encoded) => decode_whole(encoded).ok_or(WitnessDefect::MalformedSlot(address)),
            None => Ok(U256::ZERO),
        }
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, WitnessDefect> {
        self.block_hashes.get(number)
    }
}

fn hashed(slot: U256) -> B256 {
    keccak256(slot.to_be_bytes::<32>())
}

/// A value whose RLP takes all of the bytes.
fn decode_whole<T: Decodable>(mut encoded: &[u8]) -> Option<T> {
    let value = T::decode(&mut encoded).ok()?;
    encoded.is_empty().then_some(value)
}
