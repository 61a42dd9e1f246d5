/* The curve BLS12-381 [RFC 9380, 8.8], its fields and its points. */
#ifndef LIMPID_BLS12_381_H
#define LIMPID_BLS12_381_H

#include "bls12_381_constants.h"

#define FIELD_LIMBS 6
#define FIELD_MODULUS BLS12_381_MODULUS
#define FIELD_MINUS_ONE BLS12_381_MINUS_ONE
#include "field.h"
#include "quadratic.h"

/* Of a scalar, any number below 2^256. */
#define BLS12_381_SCALAR_LIMBS 4

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

/* False unless the bytes are a point of the curve, in the subgroup of prime order or not, or zeros for infinity. */
bool limpid_bls12_g1_load(g1_point *loaded, const uint8_t *bytes);
bool limpid_bls12_g2_load(g2_point *loaded, const uint8_t *bytes);

/* False unless the 48 bytes are a point of the subgroup in the compressed form [EIP-4844]. */
bool limpid_bls12_g1_decompress(g1_point *loaded, const uint8_t *bytes);

void limpid_bls12_g1_store(uint8_t *bytes, const g1_point *p);
void limpid_bls12_g2_store(uint8_t *bytes, const g2_point *p);

bool limpid_bls12_g1_is_in_subgroup(const g1_point *p);
bool limpid_bls12_g2_is_in_subgroup(const g2_point *p);

/* A multiple of p that lies in the subgroup [RFC 9380, 8.8.1 and 8.8.2]. */
void limpid_bls12_g1_clear_cofactor(g1_point *p);
void limpid_bls12_g2_clear_cofactor(g2_point *p);

/* The sum of the products scalars[i] points[i], at most eight. */
void limpid_bls12_g1_multiply(g1_point *sum, const g1_point *points, const uint64_t (*scalars)[BLS12_381_SCALAR_LIMBS],
                              size_t count);

/* Whether the product of the pairings of these points of the subgroups is 1. */
bool limpid_bls12_pairing_is_one(const g1_point *left, const g2_point *right, size_t count);

#endif
