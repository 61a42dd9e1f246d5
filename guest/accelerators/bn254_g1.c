/* The group G1 of BN254 [EIP-196]. */
#include "zkvm_accelerators.h"

#include "bn254.h"

typedef fp coordinate;
typedef g1_point point;

#define COORDINATE(name) fp_##name
#define CURVE_B (&FP_THREE)
#include "curve.h"

bool limpid_bn254_g1_load(g1_point *loaded, const uint8_t *bytes) {
    if (!fp_load(&loaded->x, bytes) || !fp_load(&loaded->y, bytes + FIELD_BYTES)) {
        return false;
    }
    loaded->is_infinity = fp_is_zero(&loaded->x) && fp_is_zero(&loaded->y);
    return loaded->is_infinity || point_is_on_curve(loaded);
}

static void g1_store(uint8_t *bytes, const g1_point *p) {
    fp_store(bytes, p->is_infinity ? &FP_ZERO : &p->x);
    fp_store(bytes + FIELD_BYTES, p->is_infinity ? &FP_ZERO : &p->y);
}

zkvm_status zkvm_bn254_g1_add(const zkvm_bn254_g1_point *p1, const zkvm_bn254_g1_point *p2,
                              zkvm_bn254_g1_point *result) {
    g1_point left, right;
    if (!limpid_bn254_g1_load(&left, p1->data) || !limpid_bn254_g1_load(&right, p2->data)) {
        return ZKVM_EFAIL;
    }
    point_add(&left, &left, &right);
    g1_store(result->data, &left);
    return ZKVM_EOK;
}

zkvm_status zkvm_bn254_g1_mul(const zkvm_bn254_g1_point *point_bytes, const zkvm_bn254_scalar *scalar,
                              zkvm_bn254_g1_point *result) {
    g1_point p, product;
    uint64_t factor[1][SCALAR_LIMBS];
    if (!limpid_bn254_g1_load(&p, point_bytes->data)) {
        return ZKVM_EFAIL;
    }
    load_big_endian(factor[0], scalar->data, SCALAR_LIMBS);
    multiply_points(&product, &p, (const uint64_t(*)[SCALAR_LIMBS])factor, 1);
    g1_store(result->data, &product);
    return ZKVM_EOK;
}
