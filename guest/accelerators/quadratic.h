/* The quadratic extension of the field of field.h by a root i of -1, which is no square modulo a prime that is 3
   modulo 4: real + imaginary i. A result may be an operand. */

typedef struct {
    fp real;
    fp imaginary;
} fp2;

/* The place of the imaginary part of a sum under way, beside fp_sum for the real part. */
static fp_addend fp_imaginary_sum = {{{0}}, FIELD_MODULUS};

static const fp2 FP2_ZERO = {{{0}}, {{0}}};
static const fp2 FP2_ONE = {{{1}}, {{0}}};

/* Adds a b to the sum in fp_sum and fp_imaginary_sum; the third argument is minus the imaginary part of a. */
static inline void fp2_accumulate(const fp2 *a, const fp *minus_imaginary, const fp2 *b) {
    fp_multiply_add(&fp_sum.value, &a->real, &b->real, &fp_sum);
    fp_multiply_add(&fp_sum.value, minus_imaginary, &b->imaginary, &fp_sum);
    fp_multiply_add(&fp_imaginary_sum.value, &a->real, &b->imaginary, &fp_imaginary_sum);
    fp_multiply_add(&fp_imaginary_sum.value, &a->imaginary, &b->real, &fp_imaginary_sum);
}

/* The sum and a b. In this order, so that the result may be an operand. */
static inline void fp2_accumulate_last(fp2 *result, const fp2 *a, const fp *minus_imaginary, const fp2 *b) {
    fp_multiply_add(&fp_sum.value, minus_imaginary, &b->imaginary, &fp_sum);
    fp_multiply_add(&fp_imaginary_sum.value, &a->real, &b->imaginary, &fp_imaginary_sum);
    fp_multiply_add(&result->imaginary, &a->imaginary, &b->real, &fp_imaginary_sum);
    fp_multiply_add(&result->real, &a->real, &b->real, &fp_sum);
}

/* As above, of no sum. */
static inline void fp2_multiply(fp2 *result, const fp2 *a, const fp2 *b) {
    fp minus_imaginary;
    fp_negate(&minus_imaginary, &a->imaginary);
    fp_multiply(&fp_sum.value, &minus_imaginary, &b->imaginary);
    fp_multiply(&fp_imaginary_sum.value, &a->real, &b->imaginary);
    fp_multiply_add(&result->imaginary, &a->imaginary, &b->real, &fp_imaginary_sum);
    fp_multiply_add(&result->real, &a->real, &b->real, &fp_sum);
}

static inline void fp2_multiply_by_base(fp2 *result, const fp2 *a, const fp *b) {
    fp_multiply(&result->real, &a->real, b);
    fp_multiply(&result->imaginary, &a->imaginary, b);
}

static inline void fp2_add(fp2 *result, const fp2 *a, const fp2 *b) {
    fp_add(&result->real, &a->real, &b->real);
    fp_add(&result->imaginary, &a->imaginary, &b->imaginary);
}

static inline void fp2_subtract(fp2 *result, const fp2 *a, const fp2 *b) {
    fp_subtract(&result->real, &a->real, &b->real);
    fp_subtract(&result->imaginary, &a->imaginary, &b->imaginary);
}

static inline void fp2_negate(fp2 *result, const fp2 *a) {
    fp2_multiply_by_base(result, a, &FP_MINUS_ONE);
}

static inline void fp2_double(fp2 *result, const fp2 *a) {
    fp2_multiply_by_base(result, a, &FP_TWO);
}

static inline void fp2_triple(fp2 *result, const fp2 *a) {
    fp2_multiply_by_base(result, a, &FP_THREE);
}

/* The power by the prime. */
static inline void fp2_conjugate(fp2 *result, const fp2 *a) {
    result->real = a->real;
    fp_negate(&result->imaginary, &a->imaginary);
}

static inline bool fp2_is_zero(const fp2 *a) {
    return fp_is_zero(&a->real) && fp_is_zero(&a->imaginary);
}

static inline bool fp2_is_equal(const fp2 *a, const fp2 *b) {
    return fp_is_equal(&a->real, &b->real) && fp_is_equal(&a->imaginary, &b->imaginary);
}

/* [RFC 9380, 4.1]. */
static inline bool fp2_sign(const fp2 *a) {
    return fp_sign(fp_is_zero(&a->real) ? &a->imaginary : &a->real);
}

static inline void fp2_norm(fp *norm, const fp2 *a) {
    fp_multiply(&fp_sum.value, &a->imaginary, &a->imaginary);
    fp_multiply_add(norm, &a->real, &a->real, &fp_sum);
}

/* a is not 0, so its norm is not either. */
static inline void fp2_invert(fp2 *result, const fp2 *a) {
    fp inverse_norm;
    fp2_norm(&inverse_norm, a);
    fp_invert(&inverse_norm, &inverse_norm);
    fp2_conjugate(result, a);
    fp2_multiply_by_base(result, result, &inverse_norm);
}

/* A square root of a, where there is one: (x + y i)^2 = a with x^2 = (real + root of norm) / 2 and
   y = imaginary / (2 x). The norm of a square is a square; and where the norm is one, one of its two roots gives an
   x^2 that is one, since the product of the two is -(imaginary / 2)^2. */
static inline bool fp2_square_root(fp2 *root, const fp2 *a) {
    if (fp_is_zero(&a->imaginary)) {
        fp2 found = FP2_ZERO;
        if (!fp_square_root(&found.real, &a->real)) {
            fp negative;
            fp_negate(&negative, &a->real);
            if (!fp_square_root(&found.imaginary, &negative)) {
                abort();
            }
        }
        *root = found;
        return true;
    }
    fp norm, root_of_norm, half, square;
    fp2 found;
    fp2_norm(&norm, a);
    if (!fp_square_root(&root_of_norm, &norm)) {
        return false;
    }
    fp_invert(&half, &FP_TWO);
    fp_add(&square, &a->real, &root_of_norm);
    fp_multiply(&square, &square, &half);
    if (!fp_square_root(&found.real, &square)) {
        fp_subtract(&square, &square, &root_of_norm);
        if (!fp_square_root(&found.real, &square)) {
            abort();
        }
    }
    fp_double(&square, &found.real);
    fp_invert(&square, &square);
    fp_multiply(&found.imaginary, &a->imaginary, &square);
    *root = found;
    return true;
}
