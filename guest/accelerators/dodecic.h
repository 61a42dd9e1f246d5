/* The extension of degree 6 of the field of quadratic.h by a root w of w^6 = xi: six coefficients, that of w^0 first.
   A product is one sum of products for each coefficient, which the calls add up for nothing.

   Whoever includes this defines the initialisers of xi, DODECIC_XI, of 3 xi, DODECIC_TRIPLE_XI, of p - 2,
   DODECIC_MINUS_TWO, and of xi^(i (p - 1) / 6) for i from 1 to 5, DODECIC_FROBENIUS. A result may be an operand. */

#define DODECIC_DEGREE 6

typedef struct {
    fp2 coefficient[DODECIC_DEGREE];
} fp12;

/* A polynomial and, below it, what its highest coefficients are worth there: those of w^1 to w^5 times xi stand as
   those of w^-5 to w^-1, so that a product of two polynomials is reduced by where its sums begin. */
typedef struct {
    fp2 coefficient[2 * DODECIC_DEGREE - 1];
} fp12_extended;

#define EXTENDED_ZERO (DODECIC_DEGREE - 1)

static const fp MINUS_TWO = DODECIC_MINUS_TWO;
static const fp2 XI = DODECIC_XI;
static const fp2 TRIPLE_XI = DODECIC_TRIPLE_XI;
static const fp2 FROBENIUS[DODECIC_DEGREE - 1] = DODECIC_FROBENIUS;
static const fp12 FP12_ONE = {{{{{1}}, {{0}}}}};

/* Of the coefficients below w^0 only those of w^-depth and above are filled in. */
static inline void fp12_extend(fp12_extended *extended, const fp12 *a, int depth) {
    for (int i = DODECIC_DEGREE - depth; i < DODECIC_DEGREE; i++) {
        fp2_multiply(&extended->coefficient[i - 1], &a->coefficient[i], &XI);
    }
    memcpy(&extended->coefficient[EXTENDED_ZERO], a, sizeof *a);
}

static inline void sum_begin(void) {
    fp_sum.value = FP_ZERO;
    fp_imaginary_sum.value = FP_ZERO;
}

static inline void sum_begin_with_multiple(const fp2 *a, const fp *factor) {
    fp_multiply(&fp_sum.value, &a->real, factor);
    fp_multiply(&fp_imaginary_sum.value, &a->imaginary, factor);
}

static void fp12_multiply(fp12 *result, const fp12 *a, const fp12 *b) {
    fp12_extended extended;
    fp12 left = *a;
    fp minus_imaginary[DODECIC_DEGREE];
    fp12_extend(&extended, b, DODECIC_DEGREE - 1);
    for (int i = 0; i < DODECIC_DEGREE; i++) {
        fp_negate(&minus_imaginary[i], &left.coefficient[i].imaginary);
    }
    for (int k = 0; k < DODECIC_DEGREE; k++) {
        sum_begin();
        const fp2 *right = &extended.coefficient[EXTENDED_ZERO + k];
        for (int i = 1; i < DODECIC_DEGREE; i++) {
            fp2_accumulate(&left.coefficient[i], &minus_imaginary[i], right - i);
        }
        fp2_accumulate_last(&result->coefficient[k], &left.coefficient[0], &minus_imaginary[0], right);
    }
}

/* a^2: each product of two different coefficients once, doubled. */
static void fp12_square(fp12 *result, const fp12 *a) {
    fp12_extended extended;
    fp12 doubled;
    fp minus_imaginary[DODECIC_DEGREE], minus_imaginary_doubled[DODECIC_DEGREE];
    fp12_extend(&extended, a, DODECIC_DEGREE - 1);
    for (int i = 0; i < DODECIC_DEGREE; i++) {
        fp2_double(&doubled.coefficient[i], &a->coefficient[i]);
        fp_negate(&minus_imaginary[i], &a->coefficient[i].imaginary);
        fp_double(&minus_imaginary_doubled[i], &minus_imaginary[i]);
    }
    const fp2 *base = &extended.coefficient[EXTENDED_ZERO];
    for (int k = 0; k < DODECIC_DEGREE; k++) {
        sum_begin();
        /* i + j = k + 6 and i + j = k with j < i; the last term of an odd k, and the squares of an even one. */
        for (int i = (k + DODECIC_DEGREE) / 2 + 1; i < DODECIC_DEGREE; i++) {
            fp2_accumulate(&doubled.coefficient[i], &minus_imaginary_doubled[i], base + k - i);
        }
        for (int i = k / 2 + 1; i < k + (k % 2 == 0); i++) {
            fp2_accumulate(&doubled.coefficient[i], &minus_imaginary_doubled[i], base + k - i);
        }
        if (k % 2 == 0) {
            int low = k / 2, high = low + DODECIC_DEGREE / 2;
            fp2_accumulate(base + low, &minus_imaginary[low], base + low);
            fp2_accumulate_last(&result->coefficient[k], base + high, &minus_imaginary[high],
                                base + high - DODECIC_DEGREE);
        } else {
            fp2_accumulate_last(&result->coefficient[k], &doubled.coefficient[k], &minus_imaginary_doubled[k], base);
        }
    }
}

/* The power by p^6: w becomes -w. In the cyclotomic subgroup it is the inverse. */
static inline void fp12_conjugate(fp12 *result, const fp12 *a) {
    for (int i = 0; i < DODECIC_DEGREE; i++) {
        if (i % 2 == 0) {
            result->coefficient[i] = a->coefficient[i];
        } else {
            fp2_negate(&result->coefficient[i], &a->coefficient[i]);
        }
    }
}

/* The power by p. */
static void fp12_frobenius(fp12 *result, const fp12 *a) {
    fp2_conjugate(&result->coefficient[0], &a->coefficient[0]);
    for (int i = 1; i < DODECIC_DEGREE; i++) {
        fp2 conjugate;
        fp2_conjugate(&conjugate, &a->coefficient[i]);
        fp2_multiply(&result->coefficient[i], &conjugate, &FROBENIUS[i - 1]);
    }
}

/* a is not 0. With v = w^2 and v^3 = xi, n = a(w) a(-w) lies in the field of degree 3 over fp2; its inverse is that of
   the norm t times the product of n's two other conjugates. */
static void fp12_invert(fp12 *result, const fp12 *a) {
    fp12 conjugate, n, others = {{FP2_ZERO}};
    fp2 t, product;
    fp12_conjugate(&conjugate, a);
    fp12_multiply(&n, a, &conjugate);
    const fp2 *n0 = &n.coefficient[0], *n1 = &n.coefficient[2], *n2 = &n.coefficient[4];
    fp2 *c0 = &others.coefficient[0], *c1 = &others.coefficient[2], *c2 = &others.coefficient[4];
    /* c0 = n0^2 - xi n1 n2, c1 = xi n2^2 - n0 n1, c2 = n1^2 - n0 n2. */
    fp2_multiply(&product, n1, n2);
    fp2_multiply(&product, &product, &XI);
    fp2_multiply(c0, n0, n0);
    fp2_subtract(c0, c0, &product);
    fp2_multiply(&product, n0, n1);
    fp2_multiply(c1, n2, n2);
    fp2_multiply(c1, c1, &XI);
    fp2_subtract(c1, c1, &product);
    fp2_multiply(&product, n0, n2);
    fp2_multiply(c2, n1, n1);
    fp2_subtract(c2, c2, &product);
    /* t = n0 c0 + xi (n2 c1 + n1 c2). */
    fp2_multiply(&t, n2, c1);
    fp2_multiply(&product, n1, c2);
    fp2_add(&t, &t, &product);
    fp2_multiply(&t, &t, &XI);
    fp2_multiply(&product, n0, c0);
    fp2_add(&t, &t, &product);
    fp2_invert(&t, &t);
    for (int i = 0; i < DODECIC_DEGREE; i += 2) {
        fp2_multiply(&others.coefficient[i], &others.coefficient[i], &t);
    }
    fp12_multiply(result, &conjugate, &others);
}

/* For t = (x + y s)^2 with s = w^3 and s^2 = xi: low = 3 (x^2 + xi y^2) - 2 from_low and, with the factor 1 or xi,
   high = 3 factor 2 x y + 2 to_high. */
static inline void triple_square(fp2 *low, fp2 *high, const fp2 *x, const fp2 *y, const fp2 *from_low,
                                 const fp2 *to_high, bool is_times_xi) {
    fp2 triple_x, triple_xi_y, doubled;
    fp minus_x, minus_xi_y;
    fp2_triple(&triple_x, x);
    fp2_multiply(&triple_xi_y, y, &TRIPLE_XI);
    fp_negate(&minus_x, &triple_x.imaginary);
    fp_negate(&minus_xi_y, &triple_xi_y.imaginary);
    fp2_double(&doubled, is_times_xi ? x : y);
    sum_begin_with_multiple(from_low, &MINUS_TWO);
    fp2_accumulate(&triple_x, &minus_x, x);
    fp2_accumulate_last(low, &triple_xi_y, &minus_xi_y, y);
    sum_begin_with_multiple(to_high, &FP_TWO);
    if (is_times_xi) {
        fp2_accumulate_last(high, &triple_xi_y, &minus_xi_y, &doubled);
    } else {
        fp2_accumulate_last(high, &triple_x, &minus_x, &doubled);
    }
}

/* a^2 for a in the cyclotomic subgroup [Granger and Scott 2010, 3.2]. With s = w^3 and a = A + B w + C w^2, each of A,
   B, C an x + y s with conjugate x - y s: a^2 = 3 A^2 - 2 A' + (3 s C^2 + 2 B') w + (3 B^2 - 2 C') w^2. */
static void fp12_cyclotomic_square(fp12 *result, const fp12 *a) {
    const fp2 *in = a->coefficient;
    fp2 *out = result->coefficient;
    /* The result may be a: the second step writes where the third reads. */
    const fp2 third_x = in[2], third_y = in[5];
    triple_square(&out[0], &out[3], &in[0], &in[3], &in[0], &in[3], false);
    triple_square(&out[2], &out[5], &in[1], &in[4], &in[2], &in[5], false);
    triple_square(&out[4], &out[1], &third_x, &third_y, &in[4], &in[1], true);
}

/* The power of a in the cyclotomic subgroup by an exponent with these signed digits, the highest of which is 1; the
   result is not a. */
static void fp12_cyclotomic_power(fp12 *result, const fp12 *a, const int8_t *digits, size_t length) {
    fp12 inverse;
    fp12_conjugate(&inverse, a);
    *result = *a;
    for (size_t position = length - 1; position-- > 0;) {
        fp12_cyclotomic_square(result, result);
        if (digits[position] != 0) {
            fp12_multiply(result, result, digits[position] > 0 ? a : &inverse);
        }
    }
}

/* a^((p^6 - 1) (p^2 + 1)), which lies in the cyclotomic subgroup, for a that is not 0. */
static void fp12_into_cyclotomic_subgroup(fp12 *result, const fp12 *a) {
    fp12 inverse, power;
    fp12_invert(&inverse, a);
    fp12_conjugate(&power, a);
    fp12_multiply(&power, &power, &inverse);
    fp12_frobenius(&inverse, &power);
    fp12_frobenius(&inverse, &inverse);
    fp12_multiply(result, &power, &inverse);
}

static inline bool fp12_is_one(const fp12 *a) {
    bool is_one = fp2_is_equal(&a->coefficient[0], &FP2_ONE);
    for (int i = 1; i < DODECIC_DEGREE; i++) {
        is_one = is_one && fp2_is_zero(&a->coefficient[i]);
    }
    return is_one;
}
