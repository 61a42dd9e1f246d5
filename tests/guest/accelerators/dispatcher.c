/* Calls one accelerator: the input is its number and its operands, the output its status and what it wrote. */
#include "zkvm_accelerators.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"
#include "zkvm_random.h"
#include "zkvm_u256.h"

enum function {
    KECCAK256,
    SHA256,
    RIPEMD160,
    BLAKE2F,
    MODEXP,
    SECP256K1_VERIFY,
    SECP256K1_ECRECOVER,
    SECP256R1_VERIFY,
    BN254_G1_ADD,
    BN254_G1_MUL,
    BN254_PAIRING,
    BLS12_G1_ADD,
    BLS12_G1_MSM,
    BLS12_G2_ADD,
    BLS12_G2_MSM,
    BLS12_PAIRING,
    BLS12_MAP_FP_TO_G1,
    BLS12_MAP_FP2_TO_G2,
    KZG_POINT_EVAL,
    U256_ADD,
    U256_MUL,
    U256_DIV,
    U256_MULMOD,
    U256_EXP,
    RANDOM,
    UNALIGNED,
};

static union {
    uint8_t bytes[1024];
    zkvm_bytes_32 bytes_32;
    zkvm_bytes_64 bytes_64;
    zkvm_bytes_96 bytes_96;
    zkvm_bytes_192 bytes_192;
    bool truth;
    uint64_t random;
} result;

#define AT(type, offset) ((const type *)(operands + (offset)))
#define COUNT(type) (size / sizeof(type))

static size_t result_bytes;

static int call(uint64_t function, const uint8_t *operands, size_t size) {
    switch (function) {
    case KECCAK256:
        result_bytes = 32;
        return zkvm_keccak256(operands, size, &result.bytes_32);
    case SHA256:
        result_bytes = 32;
        return zkvm_sha256(operands, size, &result.bytes_32);
    case RIPEMD160:
        result_bytes = 32;
        return zkvm_ripemd160(operands, size, &result.bytes_32);
    case BLAKE2F:
        result_bytes = 64;
        memcpy(&result.bytes_64, operands, 64);
        return zkvm_blake2f(12, &result.bytes_64, AT(zkvm_blake2f_message, 64), AT(zkvm_blake2f_offset, 192), 1);
    case MODEXP: {
        const uint64_t *sizes = AT(uint64_t, 0);
        const uint8_t *base = operands + 24, *exponent = base + sizes[0];
        result_bytes = sizes[2];
        return zkvm_modexp(base, sizes[0], exponent, sizes[1], exponent + sizes[1], sizes[2], result.bytes);
    }
    case SECP256K1_VERIFY:
        result_bytes = 1;
        return zkvm_secp256k1_verify(AT(zkvm_secp256k1_hash, 0), AT(zkvm_secp256k1_signature, 32),
                                     AT(zkvm_secp256k1_pubkey, 96), &result.truth);
    case SECP256K1_ECRECOVER:
        result_bytes = 64;
        return zkvm_secp256k1_ecrecover(AT(zkvm_secp256k1_hash, 0), AT(zkvm_secp256k1_signature, 32), operands[96],
                                        &result.bytes_64);
    case SECP256R1_VERIFY:
        result_bytes = 1;
        return zkvm_secp256r1_verify(AT(zkvm_secp256r1_hash, 0), AT(zkvm_secp256r1_signature, 32),
                                     AT(zkvm_secp256r1_pubkey, 96), &result.truth);
    case BN254_G1_ADD:
        result_bytes = 64;
        return zkvm_bn254_g1_add(AT(zkvm_bn254_g1_point, 0), AT(zkvm_bn254_g1_point, 64), &result.bytes_64);
    case BN254_G1_MUL:
        result_bytes = 64;
        return zkvm_bn254_g1_mul(AT(zkvm_bn254_g1_point, 0), AT(zkvm_bn254_scalar, 64), &result.bytes_64);
    case BN254_PAIRING:
        result_bytes = 1;
        return zkvm_bn254_pairing(AT(zkvm_bn254_pairing_pair, 0), COUNT(zkvm_bn254_pairing_pair), &result.truth);
    case BLS12_G1_ADD:
        result_bytes = 96;
        return zkvm_bls12_g1_add(AT(zkvm_bls12_381_g1_point, 0), AT(zkvm_bls12_381_g1_point, 96), &result.bytes_96);
    case BLS12_G1_MSM:
        result_bytes = 96;
        return zkvm_bls12_g1_msm(AT(zkvm_bls12_381_g1_msm_pair, 0), COUNT(zkvm_bls12_381_g1_msm_pair),
                                 &result.bytes_96);
    case BLS12_G2_ADD:
        result_bytes = 192;
        return zkvm_bls12_g2_add(AT(zkvm_bls12_381_g2_point, 0), AT(zkvm_bls12_381_g2_point, 192), &result.bytes_192);
    case BLS12_G2_MSM:
        result_bytes = 192;
        return zkvm_bls12_g2_msm(AT(zkvm_bls12_381_g2_msm_pair, 0), COUNT(zkvm_bls12_381_g2_msm_pair),
                                 &result.bytes_192);
    case BLS12_PAIRING:
        result_bytes = 1;
        return zkvm_bls12_pairing(AT(zkvm_bls12_381_pairing_pair, 0), COUNT(zkvm_bls12_381_pairing_pair),
                                  &result.truth);
    case BLS12_MAP_FP_TO_G1:
        result_bytes = 96;
        return zkvm_bls12_map_fp_to_g1(AT(zkvm_bls12_381_fp, 0), &result.bytes_96);
    case BLS12_MAP_FP2_TO_G2:
        result_bytes = 192;
        return zkvm_bls12_map_fp2_to_g2(AT(zkvm_bls12_381_fp2, 0), &result.bytes_192);
    case KZG_POINT_EVAL:
        result_bytes = 1;
        return zkvm_kzg_point_eval(AT(zkvm_kzg_commitment, 0), AT(zkvm_kzg_field_element, 48),
                                   AT(zkvm_kzg_field_element, 80), AT(zkvm_kzg_proof, 112), &result.truth);
    case U256_ADD:
        result_bytes = 32;
        return zkvm_u256_add(AT(zkvm_u256, 0), AT(zkvm_u256, 32), &result.bytes_32);
    case U256_MUL:
        result_bytes = 32;
        return zkvm_u256_mul(AT(zkvm_u256, 0), AT(zkvm_u256, 32), &result.bytes_32);
    case U256_DIV:
        result_bytes = 32;
        return zkvm_u256_div(AT(zkvm_u256, 0), AT(zkvm_u256, 32), &result.bytes_32);
    case U256_MULMOD:
        result_bytes = 32;
        return zkvm_u256_mulmod(AT(zkvm_u256, 0), AT(zkvm_u256, 32), AT(zkvm_u256, 64), &result.bytes_32);
    case U256_EXP:
        result_bytes = 32;
        return zkvm_u256_exp(AT(zkvm_u256, 0), AT(zkvm_u256, 32), &result.bytes_32);
    case RANDOM:
        result_bytes = 8;
        result.random = zkvm_random_u64();
        return ZKVM_EOK;
    case UNALIGNED: {
        /* The hash, the offset, and from behind the offset's bytes on the message. */
        const uint8_t *message = operands + 8 + operands[1];
        size_t message_bytes = size - 8 - operands[1];
        result_bytes = 32;
        return operands[0] == KECCAK256 ? zkvm_keccak256(message, message_bytes, &result.bytes_32)
                                        : zkvm_sha256(message, message_bytes, &result.bytes_32);
    }
    default:
        return 1;
    }
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    int status = call(*(const uint64_t *)input, input + sizeof(uint64_t), size - sizeof(uint64_t));
    uint8_t status_byte = (uint8_t)status;
    write_output(&status_byte, 1);
    write_output(result.bytes, result_bytes);
    return 0;
}
