/* The pairing check of BN254 [EIP-197]: the optimal ate pairing [Vercauteren 2010, 4]. */
#include "zkvm_accelerators.h"

#include "bn254.h"

typedef fp2 coordinate;
typedef g2_point point;

static const fp2 TWIST_B = BN254_TWIST_B;

#define COORDINATE(name) fp2_##name
#define CURVE_B (&TWIST_B)
#include "curve.h"

#define DODECIC_XI BN254_XI
#define DODECIC_TRIPLE_XI BN254_TRIPLE_XI
#define DODECIC_MINUS_TWO BN254_MINUS_TWO
#define DODECIC_FROBENIUS BN254_FROBENIUS
#include "dodecic.h"

#define LINE_UNIT 0
#define LINE_SLOPE 1
#define LINE_CONSTANT 3
#include "pairing.h"

/* Of 6 x + 2, and of the curve's parameter x. */
static const int8_t LOOP_DIGITS[] = BN254_LOOP_DIGITS;
static const int8_t PARAMETER_DIGITS[] = BN254_PARAMETER_DIGITS;
static const fp2 PSI_X = BN254_PSI_X;
static const fp2 PSI_Y = BN254_PSI_Y;

/* The power by p, carried over to the twist. */
static void psi(g2_point *result, const g2_point *q) {
    fp2_conjugate(&result->x, &q->x);
    fp2_multiply(&result->x, &result->x, &PSI_X);
    fp2_conjugate(&result->y, &q->y);
    fp2_multiply(&result->y, &result->y, &PSI_Y);
    result->is_infinity = q->is_infinity;
}

/* Whether (x + 1) q + psi(x q) + psi^2(x q) = psi^3(2 x q) [El Housni, Guillevic and Piellard 2022, 5.2]. It holds in G2,
   where psi is the multiplication by p; and since psi^2 - t psi + p = 0 with the trace t, the points where it holds have
   an order that divides its norm, which has no factor in common with the twist's order but that of G2. */
static bool g2_is_in_subgroup(const g2_point *q) {
    g2_point multiple, image, sum;
    point_multiply_short(&multiple, q, BN254_X);
    point_add(&sum, q, &multiple);
    psi(&image, &multiple);
    point_add(&sum, &sum, &image);
    psi(&image, &image);
    point_add(&sum, &sum, &image);
    psi(&image, &image);
    point_double(&image, &image);
    return point_is_equal(&image, &sum);
}

/* Each coordinate is its imaginary part, then its real part. */
static bool coordinate_load(fp2 *loaded, const uint8_t *bytes) {
    return fp_load(&loaded->imaginary, bytes) && fp_load(&loaded->real, bytes + FIELD_BYTES);
}

static bool g2_load(g2_point *loaded, const uint8_t *bytes) {
    if (!coordinate_load(&loaded->x, bytes) || !coordinate_load(&loaded->y, bytes + 2 * FIELD_BYTES)) {
        return false;
    }
    loaded->is_infinity = fp2_is_zero(&loaded->x) && fp2_is_zero(&loaded->y);
    return loaded->is_infinity || (point_is_on_curve(loaded) && g2_is_in_subgroup(loaded));
}

/* The loop for 6 x + 2, then two lines through psi(q) and -psi^2(q). */
static void curve_miller_loop(fp12 *f, miller_term *terms, size_t count) {
    miller_loop(f, terms, count, LOOP_DIGITS, sizeof LOOP_DIGITS);
    for (size_t i = 0; i < count; i++) {
        g2_point image;
        psi(&image, &terms[i].q);
        add_and_multiply(f, &terms[i], &image);
        psi(&image, &image);
        point_negate(&image, &image);
        add_and_multiply(f, &terms[i], &image);
    }
}

static void power_by_parameter(fp12 *result, const fp12 *a) {
    fp12_cyclotomic_power(result, a, PARAMETER_DIGITS, sizeof PARAMETER_DIGITS);
}

/* A power of the pairing's value, by an exponent prime to the order: 1 for that of 1 only
   [Fuentes-Castaneda, Knapp and Rodriguez-Henriquez 2011, 4]. With a = 12 x^3 + 6 x^2 + 6 x and b = a - 2 x it is
   (a + 6 x^2 + 1) + b p + a p^2 + (b - 1) p^3, all times (p^6 - 1) (p^2 + 1). */
static void final_exponentiation(fp12 *f) {
    fp12 base, x_power, two_x, six_x, six_x2, power, a, b;
    fp12_into_cyclotomic_subgroup(&base, f);
    power_by_parameter(&x_power, &base);
    fp12_cyclotomic_square(&two_x, &x_power);
    fp12_cyclotomic_square(&six_x, &two_x);
    fp12_multiply(&six_x, &six_x, &two_x);
    power_by_parameter(&six_x2, &six_x);
    fp12_cyclotomic_square(&power, &six_x2);
    power_by_parameter(&a, &power);
    fp12_multiply(&a, &a, &six_x2);
    fp12_multiply(&a, &a, &six_x);
    fp12_conjugate(&two_x, &two_x);
    fp12_multiply(&b, &a, &two_x);
    /* p^3, p^2, p and 1 by Horner's rule. */
    fp12_conjugate(&power, &base);
    fp12_multiply(&power, &power, &b);
    fp12_frobenius(&power, &power);
    fp12_multiply(&power, &power, &a);
    fp12_frobenius(&power, &power);
    fp12_multiply(&power, &power, &b);
    fp12_frobenius(&power, &power);
    fp12_multiply(&power, &power, &a);
    fp12_multiply(&power, &power, &six_x2);
    fp12_multiply(f, &power, &base);
}

zkvm_status zkvm_bn254_pairing(const zkvm_bn254_pairing_pair *pairs, size_t num_pairs, bool *verified) {
    pairing_product pairings;
    pairing_begin(&pairings);
    for (size_t i = 0; i < num_pairs; i++) {
        g1_point p;
        g2_point q;
        if (!limpid_bn254_g1_load(&p, pairs[i].g1.data) || !g2_load(&q, pairs[i].g2.data)) {
            return ZKVM_EFAIL;
        }
        pairing_include(&pairings, &p, &q);
    }
    *verified = pairing_product_is_one(&pairings);
    return ZKVM_EOK;
}
