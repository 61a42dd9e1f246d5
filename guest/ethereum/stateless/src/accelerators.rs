//! The machine's accelerators, as the libraries below ask for them: Keccak-256, SHA-256, and the precompiles of revm.

use alloc::vec;
use alloc::vec::Vec;

use alloy_primitives::keccak256;
use libssz_merkle::Sha256Hasher;
use revm::precompile::bls12_381::{G1Point, G1PointScalar, G2Point, G2PointScalar};
use revm::precompile::{Crypto, DefaultCrypto, PrecompileHalt};

/// Bytes that are aligned as `zkvm_accelerators.h` has them.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Aligned<const N: usize>([u8; N]);

impl<const N: usize> Aligned<N> {
    const ZERO: Self = Self([0; N]);

    /// The first N bytes, or zeros behind what is there: no caller gives another length.
    fn of(bytes: &[u8]) -> Self {
        let mut aligned = Self::ZERO;
        let count = bytes.len().min(N);
        aligned.0[..count].copy_from_slice(&bytes[..count]);
        aligned
    }
}

#[repr(C)]
struct Bn254Pair {
    g1: Aligned<64>,
    g2: Aligned<128>,
}

/// What `zkvm_status` is: 0 is success.
type Status = i32;

unsafe extern "C" {
    fn zkvm_keccak256(data: *const u8, len: usize, output: *mut Aligned<32>) -> Status;
    fn zkvm_sha256(data: *const u8, len: usize, output: *mut Aligned<32>) -> Status;
    fn zkvm_ripemd160(data: *const u8, len: usize, output: *mut Aligned<32>) -> Status;
    fn zkvm_blake2f(
        rounds: u32,
        h: *mut Aligned<64>,
        m: *const Aligned<128>,
        t: *const Aligned<16>,
        f: u8,
    ) -> Status;
    fn zkvm_modexp(
        base: *const u8,
        base_len: usize,
        exp: *const u8,
        exp_len: usize,
        modulus: *const u8,
        mod_len: usize,
        output: *mut u8,
    ) -> Status;
    fn zkvm_secp256k1_ecrecover(
        msg: *const Aligned<32>,
        sig: *const Aligned<64>,
        recid: u8,
        output: *mut Aligned<64>,
    ) -> Status;
    fn zkvm_bn254_g1_add(p1: *const Aligned<64>, p2: *const Aligned<64>, result: *mut Aligned<64>) -> Status;
    fn zkvm_bn254_g1_mul(point: *const Aligned<64>, scalar: *const Aligned<32>, result: *mut Aligned<64>) -> Status;
    fn zkvm_bn254_pairing(pairs: *const Bn254Pair, num_pairs: usize, verified: *mut bool) -> Status;
    fn zkvm_kzg_point_eval(
        commitment: *const Aligned<48>,
        z: *const Aligned<32>,
        y: *const Aligned<32>,
        proof: *const Aligned<48>,
        verified: *mut bool,
    ) -> Status;
}

/// What alloy-primitives calls for Keccak-256.
///
/// # Safety
///
/// `bytes` are `len` readable bytes, `output` 32 writable ones.
#[unsafe(no_mangle)]
unsafe extern "C" fn native_keccak256(bytes: *const u8, len: usize, output: *mut u8) {
    let mut hash = Aligned::<32>::ZERO;
    unsafe {
        zkvm_keccak256(bytes, len, &mut hash);
        output.copy_from_nonoverlapping(hash.0.as_ptr(), hash.0.len());
    }
}

/// SHA-256 for hash tree roots.
pub struct Sha256;

impl Sha256Hasher for Sha256 {
    fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        sha256(bytes)
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = Aligned::<32>::ZERO;
    unsafe { zkvm_sha256(bytes.as_ptr(), bytes.len(), &mut hash) };
    hash.0
}

/// The public key, x then y, that signed a hash; None if none did.
pub fn recover_public_key(hash: &[u8; 32], signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 64]> {
    let (hash, signature, mut key) = (Aligned(*hash), Aligned(*signature), Aligned::<64>::ZERO);
    let status = unsafe { zkvm_secp256k1_ecrecover(&hash, &signature, recovery_id, &mut key) };
    (status == 0).then_some(key.0)
}

/// Precompiles that came after Cancun: no fork here calls them, and revm's code for them would double the program.
const AFTER_CANCUN: PrecompileHalt = PrecompileHalt::other_static("no fork here has this precompile");

/// What revm computes precompiles with.
#[derive(Debug)]
pub struct Accelerators;

impl Crypto for Accelerators {
    fn sha256(&self, input: &[u8]) -> [u8; 32] {
        sha256(input)
    }

    fn ripemd160(&self, input: &[u8]) -> [u8; 32] {
        let mut hash = Aligned::<32>::ZERO;
        unsafe { zkvm_ripemd160(input.as_ptr(), input.len(), &mut hash) };
        hash.0
    }

    fn bn254_g1_add(&self, p1: &[u8], p2: &[u8]) -> Result<[u8; 64], PrecompileHalt> {
        let (p1, p2, mut sum) = (Aligned::of(p1), Aligned::of(p2), Aligned::ZERO);
        match unsafe { zkvm_bn254_g1_add(&p1, &p2, &mut sum) } {
            0 => Ok(sum.0),
            _ => Err(PrecompileHalt::Bn254AffineGFailedToCreate),
        }
    }

    fn bn254_g1_mul(&self, point: &[u8], scalar: &[u8]) -> Result<[u8; 64], PrecompileHalt> {
        let (point, scalar, mut product) = (Aligned::of(point), Aligned::of(scalar), Aligned::ZERO);
        match unsafe { zkvm_bn254_g1_mul(&point, &scalar, &mut product) } {
            0 => Ok(product.0),
            _ => Err(PrecompileHalt::Bn254AffineGFailedToCreate),
        }
    }

    fn bn254_pairing_check(&self, pairs: &[(&[u8], &[u8])]) -> Result<bool, PrecompileHalt> {
        let pairs: Vec<Bn254Pair> =
            pairs.iter().map(|(g1, g2)| Bn254Pair { g1: Aligned::of(g1), g2: Aligned::of(g2) }).collect();
        let mut verified = false;
        match unsafe { zkvm_bn254_pairing(pairs.as_ptr(), pairs.len(), &mut verified) } {
            0 => Ok(verified),
            _ => Err(PrecompileHalt::Bn254AffineGFailedToCreate),
        }
    }

    fn secp256k1_ecrecover(&self, sig: &[u8; 64], recid: u8, msg: &[u8; 32]) -> Result<[u8; 32], PrecompileHalt> {
        let key = recover_public_key(msg, sig, recid).ok_or(PrecompileHalt::Secp256k1RecoverFailed)?;
        let mut address = keccak256(key).0;
        address[..12].fill(0);
        Ok(address)
    }

    fn modexp(&self, base: &[u8], exp: &[u8], modulus: &[u8]) -> Result<Vec<u8>, PrecompileHalt> {
        let mut output = vec![0; modulus.len()];
        let status = unsafe {
            zkvm_modexp(
                base.as_ptr(),
                base.len(),
                exp.as_ptr(),
                exp.len(),
                modulus.as_ptr(),
                modulus.len(),
                output.as_mut_ptr(),
            )
        };
        match status {
            0 => Ok(output),
            // Operands above 1,024 bytes, which only gas limits before Osaka.
            _ => DefaultCrypto.modexp(base, exp, modulus),
        }
    }

    fn blake2_compress(&self, rounds: u32, h: &mut [u64; 8], m: &[u64; 16], t: &[u64; 2], f: bool) {
        let (mut state, message, offset) = (little_endian(h), little_endian(m), little_endian(t));
        unsafe { zkvm_blake2f(rounds, &mut state, &message, &offset, u8::from(f)) };
        for (word, bytes) in h.iter_mut().zip(state.0.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
    }

    fn verify_kzg_proof(
        &self,
        z: &[u8; 32],
        y: &[u8; 32],
        commitment: &[u8; 48],
        proof: &[u8; 48],
    ) -> Result<(), PrecompileHalt> {
        let (z, y, commitment, proof) = (Aligned(*z), Aligned(*y), Aligned(*commitment), Aligned(*proof));
        let mut verified = false;
        let status = unsafe { zkvm_kzg_point_eval(&commitment, &z, &y, &proof, &mut verified) };
        if status == 0 && verified { Ok(()) } else { Err(PrecompileHalt::BlobVerifyKzgProofFailed) }
    }

    fn secp256r1_verify_signature(&self, _: &[u8; 32], _: &[u8; 64], _: &[u8; 64]) -> bool {
        false
    }

    fn bls12_381_g1_add(&self, _: G1Point, _: G1Point) -> Result<[u8; 96], PrecompileHalt> {
        Err(AFTER_CANCUN)
    }

    fn bls12_381_g1_msm(
        &self,
        _: &mut dyn Iterator<Item = Result<G1PointScalar, PrecompileHalt>>,
    ) -> Result<[u8; 96], PrecompileHalt> {
        Err(AFTER_CANCUN)
    }

    fn bls12_381_g2_add(&self, _: G2Point, _: G2Point) -> Result<[u8; 192], PrecompileHalt> {
        Err(AFTER_CANCUN)
    }

    fn bls12_381_g2_msm(
        &self,
        _: &mut dyn Iterator<Item = Result<G2PointScalar, PrecompileHalt>>,
    ) -> Result<[u8; 192], PrecompileHalt> {
        Err(AFTER_CANCUN)
    }

    fn bls12_381_pairing_check(&self, _: &[(G1Point, G2Point)]) -> Result<bool, PrecompileHalt> {
        Err(AFTER_CANCUN)
    }

    fn bls12_381_fp_to_g1(&self, _: &[u8; 48]) -> Result<[u8; 96], PrecompileHalt> {
        Err(AFTER_CANCUN)
    }

    fn bls12_381_fp2_to_g2(&self, _: ([u8; 48], [u8; 48])) -> Result<[u8; 192], PrecompileHalt> {
        Err(AFTER_CANCUN)
    }
}

fn little_endian<const WORDS: usize, const BYTES: usize>(words: &[u64; WORDS]) -> Aligned<BYTES> {
    let mut bytes = Aligned::ZERO;
    for (chunk, word) in bytes.0.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *chunk = word.to_le_bytes();
    }
    bytes
}
