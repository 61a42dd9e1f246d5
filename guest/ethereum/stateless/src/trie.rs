//! A Merkle Patricia trie with keys of 32 bytes, of which only what a witness proves is known.
//!
//! Nodes are fetched by hash when a path first reaches them. Whatever was changed is hashed anew when the root is asked
//! for; the rest keeps the reference that it had.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use alloy_primitives::{B256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::nodes::{BranchNode, BranchNodeRef, ExtensionNodeRef, LeafNodeRef, RlpNode, TrieNode};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, TrieMask};

use crate::defect::WitnessDefect;
use crate::witness::{Additions, PreimageSet};

const CHILDREN: u8 = 16;
const KEY_NIBBLES: usize = 64;

/// A trie of which the root hash is known.
pub struct PartialTrie {
    root: Subtrie,
}

impl PartialTrie {
    pub fn new(root: B256) -> Self {
        if root == EMPTY_ROOT_HASH {
            return Self { root: Subtrie::changed(Node::Empty) };
        }
        Self { root: Subtrie { node: Node::Hashed(root), reference: Some(RlpNode::word_rlp(&root)) } }
    }

    /// The value at a key that is given by its hash, or None.
    pub fn get(&mut self, key: B256, nodes: &mut PreimageSet) -> Result<Option<&[u8]>, WitnessDefect> {
        self.root.get(Nibbles::unpack_array(&key.0), nodes)
    }

    pub fn insert(&mut self, key: B256, value: Vec<u8>, nodes: &mut PreimageSet) -> Result<(), WitnessDefect> {
        self.root.insert(Nibbles::unpack_array(&key.0), value, nodes)
    }

    /// Removes a key if it is there.
    pub fn remove(&mut self, key: B256, nodes: &mut PreimageSet) -> Result<(), WitnessDefect> {
        self.root.remove(Nibbles::unpack_array(&key.0), nodes).map(|_| ())
    }

    /// The root hash; `additions` hears of every node that has a hash and did not stand in the trie.
    pub fn root(&mut self, additions: &mut dyn Additions) -> B256 {
        if matches!(self.root.node, Node::Empty) {
            return EMPTY_ROOT_HASH;
        }
        let is_changed = self.root.reference.is_none();
        let reference = self.root.reference(additions);
        if let Some(hash) = reference.as_hash() {
            return hash;
        }
        // A root below 32 bytes is hashed too, which no reference to it would show.
        if is_changed {
            additions.add_node(&reference);
        }
        keccak256(&reference[..])
    }
}

/// A node, and how its parent names it: None if it was changed.
struct Subtrie {
    node: Node,
    reference: Option<RlpNode>,
}

enum Node {
    Empty,
    /// What has not been fetched.
    Hashed(B256),
    Leaf { path: Nibbles, value: Vec<u8> },
    Extension { path: Nibbles, child: Box<Subtrie> },
    Branch { children: Box<[Subtrie; CHILDREN as usize]> },
}

impl Subtrie {
    fn changed(node: Node) -> Self {
        Self { node, reference: None }
    }

    /// What a parent's bytes name: a hash, or a node of less than 32 bytes itself.
    fn named(reference: RlpNode) -> Result<Self, WitnessDefect> {
        let node = match reference.as_hash() {
            Some(hash) => Node::Hashed(hash),
            None => match Node::decode(&reference)? {
                Node::Empty => return Err(WitnessDefect::MalformedNode),
                node => node,
            },
        };
        Ok(Self { node, reference: Some(reference) })
    }

    fn fetch(&mut self, nodes: &mut PreimageSet) -> Result<&mut Node, WitnessDefect> {
        if let Node::Hashed(hash) = self.node {
            self.node = Node::decode(nodes.get(&hash).ok_or(WitnessDefect::MissingNode(hash))?)?;
        }
        Ok(&mut self.node)
    }

    fn get(&mut self, key: Nibbles, nodes: &mut PreimageSet) -> Result<Option<&[u8]>, WitnessDefect> {
        match self.fetch(nodes)? {
            Node::Empty | Node::Hashed(_) => Ok(None),
            Node::Leaf { path, value } => Ok((*path == key).then_some(value)),
            Node::Extension { path, child } => match after(&key, path) {
                Some(rest) => child.get(rest, nodes),
                None => Ok(None),
            },
            Node::Branch { children } => {
                let (nibble, rest) = split_first(&key)?;
                children[nibble].get(rest, nodes)
            }
        }
    }

    fn insert(&mut self, key: Nibbles, new: Vec<u8>, nodes: &mut PreimageSet) -> Result<(), WitnessDefect> {
        self.fetch(nodes)?;
        self.reference = None;
        match &mut self.node {
            Node::Leaf { path, value } if *path == key => *value = new,
            Node::Extension { path, child } if key.starts_with(path) => {
                child.insert(key.slice(path.len()..), new, nodes)?;
            }
            Node::Branch { children } => {
                let (nibble, rest) = split_first(&key)?;
                children[nibble].insert(rest, new, nodes)?;
            }
            _ => {
                let inserted = match mem::replace(&mut self.node, Node::Empty) {
                    Node::Leaf { path, value } => fork(&path, &key, new, |rest| {
                        Ok(Subtrie::changed(Node::Leaf { path: rest, value }))
                    })?,
                    Node::Extension { path, child } => fork(&path, &key, new, |rest| {
                        Ok(if rest.is_empty() {
                            *child
                        } else {
                            Subtrie::changed(Node::Extension { path: rest, child })
                        })
                    })?,
                    _ => Node::Leaf { path: key, value: new },
                };
                self.node = inserted;
            }
        }
        Ok(())
    }

    /// Removes a key; whether it was there.
    fn remove(&mut self, key: Nibbles, nodes: &mut PreimageSet) -> Result<bool, WitnessDefect> {
        let was_there = match self.fetch(nodes)? {
            Node::Empty | Node::Hashed(_) => false,
            Node::Leaf { path, .. } => *path == key,
            Node::Extension { path, child } => match after(&key, path) {
                Some(rest) => child.remove(rest, nodes)?,
                None => false,
            },
            Node::Branch { children } => {
                let (nibble, rest) = split_first(&key)?;
                children[nibble].remove(rest, nodes)?
            }
        };
        if was_there {
            self.reference = None;
            self.node = match mem::replace(&mut self.node, Node::Empty) {
                Node::Extension { path, child } => prefixed(&path, *child)?,
                Node::Branch { children } => without_lone_child(children, nodes)?,
                _ => Node::Empty,
            };
        }
        Ok(was_there)
    }

    /// How a parent names this node.
    fn reference(&mut self, additions: &mut dyn Additions) -> RlpNode {
        if let Some(reference) = &self.reference {
            return reference.clone();
        }
        let reference = self.node.reference(additions);
        self.reference = Some(reference.clone());
        reference
    }
}

impl Node {
    fn decode(mut encoded: &[u8]) -> Result<Self, WitnessDefect> {
        let node = TrieNode::decode(&mut encoded).map_err(|_| WitnessDefect::MalformedNode)?;
        if !encoded.is_empty() {
            return Err(WitnessDefect::MalformedNode);
        }
        match node {
            TrieNode::EmptyRoot => Ok(Self::Empty),
            TrieNode::Leaf(leaf) => Ok(Self::Leaf { path: leaf.key, value: leaf.value }),
            // Without a path, extensions could stand one behind the other without end.
            TrieNode::Extension(extension) if extension.key.is_empty() => Err(WitnessDefect::MalformedNode),
            TrieNode::Extension(extension) => {
                Ok(Self::Extension { path: extension.key, child: Box::new(Subtrie::named(extension.child)?) })
            }
            TrieNode::Branch(branch) => Ok(Self::Branch { children: children_of(branch)? }),
        }
    }

    fn reference(&mut self, additions: &mut dyn Additions) -> RlpNode {
        let mut encoded = Vec::new();
        let reference = match self {
            Self::Empty => RlpNode::from_rlp(&[alloy_rlp::EMPTY_STRING_CODE]),
            Self::Hashed(hash) => RlpNode::word_rlp(hash),
            Self::Leaf { path, value } => LeafNodeRef::new(path, value).rlp(&mut encoded),
            Self::Extension { path, child } => {
                ExtensionNodeRef::new(path, &child.reference(additions)).rlp(&mut encoded)
            }
            Self::Branch { children } => {
                let mut references = Vec::with_capacity(children.len());
                let mut mask = TrieMask::default();
                for (nibble, child) in (0..CHILDREN).zip(children.iter_mut()) {
                    if !matches!(child.node, Self::Empty) {
                        mask.set_bit(nibble);
                        references.push(child.reference(additions));
                    }
                }
                BranchNodeRef::new(&references, mask).rlp(&mut encoded)
            }
        };
        if reference.is_hash() && !encoded.is_empty() {
            additions.add_node(&encoded);
        }
        reference
    }
}

/// What of a key follows a path, if it begins with it.
fn after(key: &Nibbles, path: &Nibbles) -> Option<Nibbles> {
    key.starts_with(path).then(|| key.slice(path.len()..))
}

/// A key's first nibble and the rest. Keys all have one length, so only a malformed trie has a branch at their end.
fn split_first(key: &Nibbles) -> Result<(usize, Nibbles), WitnessDefect> {
    let nibble = key.first().ok_or(WitnessDefect::MalformedNode)?;
    Ok((usize::from(nibble), key.slice(1..)))
}

fn no_children() -> Box<[Subtrie; CHILDREN as usize]> {
    Box::new([const { Subtrie { node: Node::Empty, reference: None } }; CHILDREN as usize])
}

fn children_of(branch: BranchNode) -> Result<Box<[Subtrie; CHILDREN as usize]>, WitnessDefect> {
    let mut children = no_children();
    let mut references = branch.stack.into_iter();
    for (nibble, child) in (0..CHILDREN).zip(children.iter_mut()) {
        if branch.state_mask.is_bit_set(nibble) {
            *child = Subtrie::named(references.next().ok_or(WitnessDefect::MalformedNode)?)?;
        }
    }
    Ok(children)
}

/// The branch where a key leaves a path; `old` makes what stands there of the rest of the path.
fn fork(
    path: &Nibbles,
    key: &Nibbles,
    value: Vec<u8>,
    old: impl FnOnce(Nibbles) -> Result<Subtrie, WitnessDefect>,
) -> Result<Node, WitnessDefect> {
    let common = path.common_prefix_length(key);
    let (old_nibble, old_rest) = split_first(&path.slice(common..))?;
    let (new_nibble, new_rest) = split_first(&key.slice(common..))?;
    let mut children = no_children();
    children[old_nibble] = old(old_rest)?;
    children[new_nibble] = Subtrie::changed(Node::Leaf { path: new_rest, value });
    prefixed(&key.slice(..common), Subtrie::changed(Node::Branch { children }))
}

/// A subtrie below a path, which leaves and extensions take into their own.
fn prefixed(prefix: &Nibbles, child: Subtrie) -> Result<Node, WitnessDefect> {
    if prefix.is_empty() {
        return Ok(child.node);
    }
    Ok(match child.node {
        Node::Empty => Node::Empty,
        Node::Leaf { path, value } => Node::Leaf { path: joined(prefix, &path)?, value },
        Node::Extension { path, child } => Node::Extension { path: joined(prefix, &path)?, child },
        Node::Hashed(_) | Node::Branch { .. } => Node::Extension { path: *prefix, child: Box::new(child) },
    })
}

/// Two paths, one behind the other. Only those of a malformed trie are longer than a key.
fn joined(first: &Nibbles, second: &Nibbles) -> Result<Nibbles, WitnessDefect> {
    if first.len() + second.len() > KEY_NIBBLES {
        return Err(WitnessDefect::MalformedNode);
    }
    Ok(first.join(second))
}

/// A branch, or what stands for it once it has one child: that must be known, for its own form decides.
fn without_lone_child(
    mut children: Box<[Subtrie; CHILDREN as usize]>,
    nodes: &mut PreimageSet,
) -> Result<Node, WitnessDefect> {
    let mut present = (0..CHILDREN).filter(|&nibble| !matches!(children[usize::from(nibble)].node, Node::Empty));
    let (first, second) = (present.next(), present.next());
    match (first, second) {
        (None, _) => Ok(Node::Empty),
        (Some(_), Some(_)) => Ok(Node::Branch { children }),
        (Some(nibble), None) => {
            let mut child = mem::replace(&mut children[usize::from(nibble)], Subtrie::changed(Node::Empty));
            child.fetch(nodes)?;
            prefixed(&Nibbles::from_nibbles_unchecked([nibble]), child)
        }
    }
}
