/* Openings of KZG commitments [EIP-4844, verify_kzg_proof]. */
#include "zkvm_accelerators.h"

#include "bls12_381.h"

static const g1_point GENERATOR = BLS12_381_G1_GENERATOR;
static const g2_point MINUS_G2_GENERATOR = BLS12_381_MINUS_G2_GENERATOR;

/* The ceremony's secret times the generator of G2. */
static const g2_point SETUP = BLS12_381_KZG_SETUP;

static const uint64_t ORDER[BLS12_381_SCALAR_LIMBS] = BLS12_381_ORDER;
static const uint64_t ONE[BLS12_381_SCALAR_LIMBS] = {1};

static bool scalar_load(uint64_t *scalar, const uint8_t *bytes) {
    load_big_endian(scalar, bytes, BLS12_381_SCALAR_LIMBS);
    return is_less(scalar, ORDER, BLS12_381_SCALAR_LIMBS);
}

zkvm_status zkvm_kzg_point_eval(const zkvm_kzg_commitment *commitment, const zkvm_kzg_field_element *z,
                                const zkvm_kzg_field_element *y, const zkvm_kzg_proof *proof, bool *verified) {
    /* With the secret t: proof (t - z) = commitment - y, that is, e(proof, t) e(commitment - y + z proof, -1) = 1. */
    g1_point points[3] = {{.is_infinity = true}, GENERATOR, {.is_infinity = true}}, left[2];
    const g2_point right[2] = {SETUP, MINUS_G2_GENERATOR};
    uint64_t scalars[3][BLS12_381_SCALAR_LIMBS], value[BLS12_381_SCALAR_LIMBS];
    if (!limpid_bls12_g1_decompress(&points[0], commitment->data) || !scalar_load(scalars[2], z->data) ||
        !scalar_load(value, y->data) || !limpid_bls12_g1_decompress(&points[2], proof->data)) {
        return ZKVM_EFAIL;
    }
    memcpy(scalars[0], ONE, sizeof ONE);
    subtract_limbs(scalars[1], ORDER, value, BLS12_381_SCALAR_LIMBS);
    left[0] = points[2];
    limpid_bls12_g1_multiply(&left[1], points, (const uint64_t(*)[BLS12_381_SCALAR_LIMBS])scalars, 3);
    *verified = limpid_bls12_pairing_is_one(left, right, 2);
    return ZKVM_EOK;
}
