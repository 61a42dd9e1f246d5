/* The pairing check of BLS12-381 [EIP-2537]: the ate pairing, whose loop is the curve's parameter. */
#include "zkvm_accelerators.h"

#include "bls12_381.h"

typedef fp2 coordinate;
typedef g2_point point;

static const fp2 TWIST_B = BLS12_381_TWIST_B;

#define COORDINATE(name) fp2_##name
#define CURVE_B (&TWIST_B)
#include "curve.h"

#define DODECIC_XI BLS12_381_XI
#define DODECIC_TRIPLE_XI BLS12_381_TRIPLE_XI
#define DODECIC_MINUS_TWO BLS12_381_MINUS_TWO
#define DODECIC_FROBENIUS BLS12_381_FROBENIUS
#include "dodecic.h"

#define LINE_UNIT 3
#define LINE_SLOPE 2
#define LINE_CONSTANT 0
#include "pairing.h"

/* Of minus the curve's parameter. */
static const int8_t LOOP_DIGITS[] = BLS12_381_LOOP_DIGITS;

/* a^x for the curve's parameter x, which is negative; the result is not a. */
static void power_by_parameter(fp12 *result, const fp12 *a) {
    fp12_cyclotomic_power(result, a, LOOP_DIGITS, sizeof LOOP_DIGITS);
    fp12_conjugate(result, result);
}

/* a^(x - 1). */
static void power_by_parameter_less_one(fp12 *result, const fp12 *a) {
    fp12 inverse;
    power_by_parameter(result, a);
    fp12_conjugate(&inverse, a);
    fp12_multiply(result, result, &inverse);
}

/* The cube of the pairing's value, which is 1 for that of 1 only [Hayashida, Hayasaka and Teruya 2020, 4]: the power by
   (x - 1)^2 (x + p) (x^2 + p^2 - 1) + 3, all times (p^6 - 1) (p^2 + 1). */
static void final_exponentiation(fp12 *f) {
    fp12 base, power, next, other;
    fp12_into_cyclotomic_subgroup(&base, f);
    power_by_parameter_less_one(&next, &base);
    power_by_parameter_less_one(&power, &next);
    power_by_parameter(&next, &power);
    fp12_frobenius(&power, &power);
    fp12_multiply(&power, &power, &next);
    power_by_parameter(&next, &power);
    power_by_parameter(&other, &next);
    fp12_frobenius(&next, &power);
    fp12_frobenius(&next, &next);
    fp12_multiply(&other, &other, &next);
    fp12_conjugate(&power, &power);
    fp12_multiply(&power, &power, &other);
    fp12_cyclotomic_square(&next, &base);
    fp12_multiply(&power, &power, &next);
    fp12_multiply(f, &power, &base);
}

/* The loop for minus the parameter gives the conjugate of that for the parameter, which is as good where only 1
   matters. */
static void curve_miller_loop(fp12 *f, miller_term *terms, size_t count) {
    miller_loop(f, terms, count, LOOP_DIGITS, sizeof LOOP_DIGITS);
}

bool limpid_bls12_pairing_is_one(const g1_point *left, const g2_point *right, size_t count) {
    pairing_product pairings;
    pairing_begin(&pairings);
    for (size_t i = 0; i < count; i++) {
        pairing_include(&pairings, &left[i], &right[i]);
    }
    return pairing_product_is_one(&pairings);
}

zkvm_status zkvm_bls12_pairing(const zkvm_bls12_381_pairing_pair *pairs, size_t num_pairs, bool *verified) {
    pairing_product pairings;
    if (num_pairs == 0) {
        return ZKVM_EFAIL;
    }
    pairing_begin(&pairings);
    for (size_t i = 0; i < num_pairs; i++) {
        g1_point p;
        g2_point q;
        if (!limpid_bls12_g1_load(&p, pairs[i].g1.data) || !limpid_bls12_g1_is_in_subgroup(&p) ||
            !limpid_bls12_g2_load(&q, pairs[i].g2.data) || !limpid_bls12_g2_is_in_subgroup(&q)) {
            return ZKVM_EFAIL;
        }
        pairing_include(&pairings, &p, &q);
    }
    *verified = pairing_product_is_one(&pairings);
    return ZKVM_EOK;
}
