/* Miller loops of ate pairings in affine coordinates.

   Whoever includes this has included dodecic.h, and curve.h over fp2, and defines LINE_UNIT, LINE_SLOPE and
   LINE_CONSTANT, the powers of w at the three coefficients of a line through points T of the twist, at P = (x, y):
   1, -slope x / y and (slope x_T - y_T) / y. They are (0, 1, 3) where a point of the twist stands for
   (w^2 x, w^3 y), and (3, 2, 0), after a factor that the final exponentiation removes, where it is (x / w^2, y / w^3). */

/* At most so many pairs share the squarings of a Miller loop. */
#define PAIRS_AT_ONCE 8

/* A pair of a Miller loop under way: the multiple t of q, and of the point (x, y) of G1 what lines need. */
typedef struct {
    point q;
    point t;
    fp minus_x_over_y;
    fp one_over_y;
} miller_term;

/* Both points are of prime order, so neither y is 0. */
static inline void miller_begin(miller_term *term, const g1_point *p, const point *q) {
    term->q = *q;
    term->t = *q;
    fp_invert(&term->one_over_y, &p->y);
    fp_multiply(&term->minus_x_over_y, &p->x, &term->one_over_y);
    fp_negate(&term->minus_x_over_y, &term->minus_x_over_y);
}

/* f times the line with this slope through the term's t. */
static void multiply_by_line(fp12 *f, const miller_term *term, const fp2 *slope) {
    fp2 at_slope, at_constant;
    fp minus_slope, minus_constant;
    fp12_extended extended;
    fp2_multiply_by_base(&at_slope, slope, &term->minus_x_over_y);
    fp2_multiply(&at_constant, slope, &term->t.x);
    fp2_subtract(&at_constant, &at_constant, &term->t.y);
    fp2_multiply_by_base(&at_constant, &at_constant, &term->one_over_y);
    fp_negate(&minus_slope, &at_slope.imaginary);
    fp_negate(&minus_constant, &at_constant.imaginary);
    fp12_extend(&extended, f, DODECIC_DEGREE / 2);
    for (int k = 0; k < DODECIC_DEGREE; k++) {
        const fp2 *from = &extended.coefficient[EXTENDED_ZERO + k];
        fp_sum.value = from[-LINE_UNIT].real;
        fp_imaginary_sum.value = from[-LINE_UNIT].imaginary;
        fp2_accumulate(&at_slope, &minus_slope, from - LINE_SLOPE);
        fp2_accumulate_last(&f->coefficient[k], &at_constant, &minus_constant, from - LINE_CONSTANT);
    }
}

static void double_and_multiply(fp12 *f, miller_term *term) {
    fp2 slope;
    tangent_slope(&slope, &term->t);
    multiply_by_line(f, term, &slope);
    third_point(&term->t, &term->t, &term->t.x, &slope);
}

/* The addend's x is not that of t: t is a multiple of q by less than the order. */
static void add_and_multiply(fp12 *f, miller_term *term, const point *addend) {
    fp2 slope;
    chord_slope(&slope, &term->t, addend);
    multiply_by_line(f, term, &slope);
    third_point(&term->t, &term->t, &addend->x, &slope);
}

/* The product over the terms of f_{loop, q}(p), for a loop of digits -1, 0, 1, the highest of which, 1, comes last and
   goes without saying. */
static void miller_loop(fp12 *f, miller_term *terms, size_t count, const int8_t *digits, size_t length) {
    *f = FP12_ONE;
    for (size_t position = length - 1; position-- > 0;) {
        fp12_square(f, f);
        for (size_t i = 0; i < count; i++) {
            double_and_multiply(f, &terms[i]);
            if (digits[position] != 0) {
                point addend = terms[i].q;
                if (digits[position] < 0) {
                    point_negate(&addend, &addend);
                }
                add_and_multiply(f, &terms[i], &addend);
            }
        }
    }
}

/* A product of pairings under way. */
typedef struct {
    miller_term terms[PAIRS_AT_ONCE];
    size_t pending;
    fp12 product;
} pairing_product;

/* Defined with the curve: its whole Miller loop, and its final exponentiation up to a power that keeps 1 apart. */
static void curve_miller_loop(fp12 *f, miller_term *terms, size_t count);
static void final_exponentiation(fp12 *f);

static inline void pairing_begin(pairing_product *pairings) {
    pairings->pending = 0;
    pairings->product = FP12_ONE;
}

static inline void pairing_multiply_pending(pairing_product *pairings) {
    fp12 f;
    if (pairings->pending != 0) {
        curve_miller_loop(&f, pairings->terms, pairings->pending);
        fp12_multiply(&pairings->product, &pairings->product, &f);
        pairings->pending = 0;
    }
}

/* Times the pairing of p and q, which lie in the subgroups of prime order. */
static void pairing_include(pairing_product *pairings, const g1_point *p, const point *q) {
    if (p->is_infinity || q->is_infinity) {
        return;
    }
    miller_begin(&pairings->terms[pairings->pending++], p, q);
    if (pairings->pending == PAIRS_AT_ONCE) {
        pairing_multiply_pending(pairings);
    }
}

static bool pairing_product_is_one(pairing_product *pairings) {
    pairing_multiply_pending(pairings);
    final_exponentiation(&pairings->product);
    return fp12_is_one(&pairings->product);
}
