/* The group G1 of BLS12-381 [EIP-2537]. */
#include "zkvm_accelerators.h"

#include "bls12_381.h"

typedef fp coordinate;
typedef g1_point point;

static const fp FOUR = {{4}};

#define COORDINATE(name) fp_##name
#define CURVE_B (&FOUR)
#include "curve.h"

static const fp CUBE_ROOT_OF_UNITY = BLS12_381_CUBE_ROOT_OF_UNITY;
static const fp HALF = BLS12_381_HALF;

bool limpid_bls12_g1_load(g1_point *loaded, const uint8_t *bytes) {
    if (!fp_load(&loaded->x, bytes) || !fp_load(&loaded->y, bytes + FIELD_BYTES)) {
        return false;
    }
    loaded->is_infinity = fp_is_zero(&loaded->x) && fp_is_zero(&loaded->y);
    return loaded->is_infinity || point_is_on_curve(loaded);
}

void limpid_bls12_g1_store(uint8_t *bytes, const g1_point *p) {
    fp_store(bytes, p->is_infinity ? &FP_ZERO : &p->x);
    fp_store(bytes + FIELD_BYTES, p->is_infinity ? &FP_ZERO : &p->y);
}

/* The map phi(x, y) = (beta x, y) for a cube root beta of 1 has phi^2 + phi + 1 = 0. Where phi(p) = -x^2 p with the
   curve's parameter x, that gives (x^4 - x^2 + 1) p = 0, and x^4 - x^2 + 1 is the order of G1. */
bool limpid_bls12_g1_is_in_subgroup(const g1_point *p) {
    if (p->is_infinity) {
        return true;
    }
    g1_point image = *p, once, twice;
    fp_multiply(&image.x, &image.x, &CUBE_ROOT_OF_UNITY);
    point_multiply_short(&once, p, BLS12_381_MINUS_X);
    point_multiply_short(&twice, &once, BLS12_381_MINUS_X);
    point_negate(&twice, &twice);
    return point_is_equal(&image, &twice);
}

/* (1 - x) p. */
void limpid_bls12_g1_clear_cofactor(g1_point *p) {
    g1_point multiple;
    point_multiply_short(&multiple, p, BLS12_381_MINUS_X);
    point_add(p, p, &multiple);
}

void limpid_bls12_g1_multiply(g1_point *sum, const g1_point *points, const uint64_t (*scalars)[BLS12_381_SCALAR_LIMBS],
                              size_t count) {
    multiply_points(sum, points, scalars, count);
}

/* The highest three bits of the first byte: compressed, infinity, y is the larger of the two. */
#define IS_COMPRESSED 0x80
#define IS_INFINITY 0x40
#define IS_LARGER 0x20
#define ALL_FLAGS (IS_COMPRESSED | IS_INFINITY | IS_LARGER)

bool limpid_bls12_g1_decompress(g1_point *loaded, const uint8_t *bytes) {
    _Alignas(8) uint8_t x_bytes[FIELD_BYTES];
    memcpy(x_bytes, bytes, FIELD_BYTES);
    x_bytes[0] &= (uint8_t)~ALL_FLAGS;
    if ((bytes[0] & IS_COMPRESSED) == 0 || !fp_load(&loaded->x, x_bytes)) {
        return false;
    }
    loaded->is_infinity = (bytes[0] & IS_INFINITY) != 0;
    if (loaded->is_infinity) {
        return (bytes[0] & IS_LARGER) == 0 && fp_is_zero(&loaded->x);
    }
    fp square;
    curve_square(&square, &loaded->x);
    if (!fp_square_root(&loaded->y, &square)) {
        return false;
    }
    bool is_larger = is_less(HALF.limb, loaded->y.limb, FIELD_LIMBS);
    if (is_larger != ((bytes[0] & IS_LARGER) != 0)) {
        fp_negate(&loaded->y, &loaded->y);
    }
    return limpid_bls12_g1_is_in_subgroup(loaded);
}

#define GROUP(name) limpid_bls12_g1_##name
typedef zkvm_bls12_381_g1_msm_pair product;
#include "group.h"

zkvm_status zkvm_bls12_g1_add(const zkvm_bls12_381_g1_point *p1, const zkvm_bls12_381_g1_point *p2,
                              zkvm_bls12_381_g1_point *result) {
    return group_add(p1->data, p2->data, result->data);
}

zkvm_status zkvm_bls12_g1_msm(const zkvm_bls12_381_g1_msm_pair *pairs, size_t num_pairs,
                              zkvm_bls12_381_g1_point *result) {
    return group_sum_of_products(pairs, num_pairs, result->data);
}
