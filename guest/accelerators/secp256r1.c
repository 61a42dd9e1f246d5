/* ECDSA over secp256r1, also called P-256 [SEC 2, 2.4.2; EIP-7951]. */
#include "zkvm_accelerators.h"

#include "secp256r1_constants.h"

#define FIELD_LIMBS 4
#define FIELD_MODULUS SECP256R1_MODULUS
#define FIELD_MINUS_ONE SECP256R1_MINUS_ONE
#include "field.h"

typedef fp coordinate;
typedef struct {
    fp x;
    fp y;
    bool is_infinity;
} point;

static const fp SECP256R1_COEFFICIENT_A = SECP256R1_A;
static const fp SECP256R1_COEFFICIENT_B = SECP256R1_B;

#define COORDINATE(name) fp_##name
#define CURVE_A (&SECP256R1_COEFFICIENT_A)
#define CURVE_B (&SECP256R1_COEFFICIENT_B)
#include "curve.h"

#define CURVE_ORDER SECP256R1_ORDER
#define CURVE_GENERATOR SECP256R1_GENERATOR
#include "ecdsa.h"

zkvm_status zkvm_secp256r1_verify(const zkvm_secp256r1_hash *msg, const zkvm_secp256r1_signature *sig,
                                  const zkvm_secp256r1_pubkey *pubkey, bool *verified) {
    *verified = ecdsa_verify(msg->data, sig->data, pubkey->data);
    return ZKVM_EOK;
}
