/* The group G2 of BLS12-381 [EIP-2537]. */
#include "zkvm_accelerators.h"

#include "bls12_381.h"

typedef fp2 coordinate;
typedef g2_point point;

static const fp2 TWIST_B = BLS12_381_TWIST_B;

#define COORDINATE(name) fp2_##name
#define CURVE_B (&TWIST_B)
#include "curve.h"

static const fp2 PSI_X = BLS12_381_PSI_X;
static const fp2 PSI_Y = BLS12_381_PSI_Y;

/* Each coordinate is its real part, then its imaginary part. */
static bool coordinate_load(fp2 *loaded, const uint8_t *bytes) {
    return fp_load(&loaded->real, bytes) && fp_load(&loaded->imaginary, bytes + FIELD_BYTES);
}

static void coordinate_store(uint8_t *bytes, const fp2 *a) {
    fp_store(bytes, &a->real);
    fp_store(bytes + FIELD_BYTES, &a->imaginary);
}

bool limpid_bls12_g2_load(g2_point *loaded, const uint8_t *bytes) {
    if (!coordinate_load(&loaded->x, bytes) || !coordinate_load(&loaded->y, bytes + 2 * FIELD_BYTES)) {
        return false;
    }
    loaded->is_infinity = fp2_is_zero(&loaded->x) && fp2_is_zero(&loaded->y);
    return loaded->is_infinity || point_is_on_curve(loaded);
}

void limpid_bls12_g2_store(uint8_t *bytes, const g2_point *p) {
    coordinate_store(bytes, p->is_infinity ? &FP2_ZERO : &p->x);
    coordinate_store(bytes + 2 * FIELD_BYTES, p->is_infinity ? &FP2_ZERO : &p->y);
}

/* The power by p, carried over to the twist. */
static void psi(g2_point *result, const g2_point *q) {
    fp2_conjugate(&result->x, &q->x);
    fp2_multiply(&result->x, &result->x, &PSI_X);
    fp2_conjugate(&result->y, &q->y);
    fp2_multiply(&result->y, &result->y, &PSI_Y);
    result->is_infinity = q->is_infinity;
}

/* x p, for the curve's parameter x, which is negative; the result is not p. */
static void multiply_by_parameter(g2_point *result, const g2_point *p) {
    point_multiply_short(result, p, BLS12_381_MINUS_X);
    point_negate(result, result);
}

/* Where psi(q) = (t - 1) q with the trace t, psi^2 - t psi + p = 0 gives (p + 1 - t) q = 0. Here t - 1 = x, p + 1 - t is
   the order of the curve over the prime field, and of that and the twist's order only the order of G2 divides both. */
bool limpid_bls12_g2_is_in_subgroup(const g2_point *p) {
    g2_point image, multiple;
    psi(&image, p);
    multiply_by_parameter(&multiple, p);
    return point_is_equal(&image, &multiple);
}

/* (x^2 - x - 1) p + (x - 1) psi(p) + psi^2(2 p) [RFC 9380, G.3], as x (x p + psi(p)) - x p - psi(p) - p + psi^2(2 p). */
void limpid_bls12_g2_clear_cofactor(g2_point *p) {
    g2_point sum, multiple, image, product;
    multiply_by_parameter(&multiple, p);
    psi(&image, p);
    point_add(&sum, &multiple, &image);
    multiply_by_parameter(&product, &sum);
    point_negate(&sum, &sum);
    point_add(&sum, &sum, &product);
    point_negate(&image, p);
    point_add(&sum, &sum, &image);
    point_double(&image, p);
    psi(&image, &image);
    psi(&image, &image);
    point_add(p, &sum, &image);
}

#define GROUP(name) limpid_bls12_g2_##name
typedef zkvm_bls12_381_g2_msm_pair product;
#include "group.h"

zkvm_status zkvm_bls12_g2_add(const zkvm_bls12_381_g2_point *p1, const zkvm_bls12_381_g2_point *p2,
                              zkvm_bls12_381_g2_point *result) {
    return group_add(p1->data, p2->data, result->data);
}

zkvm_status zkvm_bls12_g2_msm(const zkvm_bls12_381_g2_msm_pair *pairs, size_t num_pairs,
                              zkvm_bls12_381_g2_point *result) {
    return group_sum_of_products(pairs, num_pairs, result->data);
}
