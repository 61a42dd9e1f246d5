/* ECDSA over secp256k1 [SEC 2, 2.4.1]: verification, and recovery of the public key [SEC 1, 4.1.6]. */
#include "zkvm_accelerators.h"

#include "secp256k1_constants.h"

#define FIELD_LIMBS 4
#define FIELD_MODULUS SECP256K1_MODULUS
#define FIELD_MINUS_ONE SECP256K1_MINUS_ONE
#include "field.h"

typedef fp coordinate;
typedef struct {
    fp x;
    fp y;
    bool is_infinity;
} point;

static const fp SECP256K1_B = {{7}};

#define COORDINATE(name) fp_##name
#define CURVE_B (&SECP256K1_B)
#include "curve.h"

#define CURVE_ORDER SECP256K1_ORDER
#define CURVE_GENERATOR SECP256K1_GENERATOR
#include "ecdsa.h"

zkvm_status zkvm_secp256k1_verify(const zkvm_secp256k1_hash *msg, const zkvm_secp256k1_signature *sig,
                                  const zkvm_secp256k1_pubkey *pubkey, bool *verified) {
    *verified = ecdsa_verify(msg->data, sig->data, pubkey->data);
    return ZKVM_EOK;
}

/* The point of which r is the x modulo the order: bit 1 of the identifier says that x is r plus the order, bit 0 is the
   parity of y. False where the curve has no such point. */
static bool recovery_point(point *found, const fp *r, uint8_t identifier) {
    found->x = *r;
    found->is_infinity = false;
    uint64_t carry = 0;
    if ((identifier & 2) != 0) {
        carry = add_limbs(found->x.limb, r->limb, ORDER.modulus.limb, FIELD_LIMBS);
    }
    if (carry != 0 || !is_less(found->x.limb, FP_ADD_NOTHING.modulus.limb, FIELD_LIMBS)) {
        return false;
    }
    fp square;
    curve_square(&square, &found->x);
    if (!fp_square_root(&found->y, &square)) {
        return false;
    }
    if (fp_sign(&found->y) != ((identifier & 1) != 0)) {
        fp_negate(&found->y, &found->y);
    }
    return true;
}

zkvm_status zkvm_secp256k1_ecrecover(const zkvm_secp256k1_hash *msg, const zkvm_secp256k1_signature *sig,
                                     uint8_t recid, zkvm_secp256k1_pubkey *output) {
    signature given;
    point nonce, key;
    fp number, inverse;
    if (recid > 3 || !signature_load(&given, sig->data) || !recovery_point(&nonce, &given.r, recid)) {
        return ZKVM_EFAIL;
    }
    hash_load(&number, msg->data);
    invert_modulo(&inverse, &given.r, &ORDER);
    fp_multiply_add(&given.s, &given.s, &inverse, &ORDER);
    /* Minus the hash: the order less the number, which the product below reduces where the number is 0. */
    subtract_limbs(number.limb, ORDER.modulus.limb, number.limb, FIELD_LIMBS);
    fp_multiply_add(&number, &number, &inverse, &ORDER);
    combine_with_generator(&key, &number, &nonce, &given.s);
    if (key.is_infinity) {
        return ZKVM_EFAIL;
    }
    fp_store(output->data, &key.x);
    fp_store(output->data + FIELD_BYTES, &key.y);
    return ZKVM_EOK;
}
