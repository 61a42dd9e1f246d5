/* The curve BN254 [EIP-196], its fields and its points. */
#ifndef LIMPID_BN254_H
#define LIMPID_BN254_H

#include "bn254_constants.h"

#define FIELD_LIMBS 4
#define FIELD_MODULUS BN254_MODULUS
#define FIELD_MINUS_ONE BN254_MINUS_ONE
#include "field.h"
#include "quadratic.h"

typedef struct {
    fp x;
    fp y;
    bool is_infinity;
} g1_point;

typedef struct {
    fp2 x;
    fp2 y;
    bool is_infinity;
} g2_point;

/* False unless the bytes are a point of the curve, which has prime order, or zeros for infinity. */
bool limpid_bn254_g1_load(g1_point *loaded, const uint8_t *bytes);

#endif
