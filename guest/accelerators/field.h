/* A prime field, over the machine call that multiplies, adds and reduces. An element is always the canonical one.

   Whoever includes this defines FIELD_LIMBS, 4 or 6, and FIELD_MODULUS and FIELD_MINUS_ONE, the initialisers of the
   prime, which is 3 modulo 4, and of the prime less 1. A result may be an operand, everywhere. */
#include "calls.h"
#include "integers.h"
#include "zkvm_exit.h"

#if FIELD_LIMBS == 4
#define FIELD_CALL limpid_multiply_add_modulo_256
#define FIELD_ADVICE_INVERSE LIMPID_ADVICE_INVERSE_256
#define FIELD_ADVICE_SQUARE_ROOT LIMPID_ADVICE_SQUARE_ROOT_256
#else
#define FIELD_CALL limpid_multiply_add_modulo_384
#define FIELD_ADVICE_INVERSE LIMPID_ADVICE_INVERSE_384
#define FIELD_ADVICE_SQUARE_ROOT LIMPID_ADVICE_SQUARE_ROOT_384
#endif

#define FIELD_BYTES (FIELD_LIMBS * DOUBLEWORD_BYTES)

typedef struct {
    uint64_t limb[FIELD_LIMBS];
} fp;

/* What the call adds, with the modulus behind it, as the call wants them. */
typedef struct {
    fp value;
    fp modulus;
} fp_addend;

static const fp FP_ZERO = {{0}};
static const fp FP_ONE = {{1}};
static const fp FP_TWO = {{2}};
static const fp FP_THREE = {{3}};
static const fp FP_MINUS_ONE = FIELD_MINUS_ONE;
static const fp_addend FP_ADD_NOTHING = {{{0}}, FIELD_MODULUS};

/* The place of a sum under way. */
static fp_addend fp_sum = {{{0}}, FIELD_MODULUS};

/* a b + addend. */
static inline void fp_multiply_add(fp *result, const fp *a, const fp *b, const fp_addend *addend) {
    FIELD_CALL(result->limb, a->limb, b->limb, addend->value.limb);
}

static inline void fp_multiply(fp *result, const fp *a, const fp *b) {
    fp_multiply_add(result, a, b, &FP_ADD_NOTHING);
}

static inline void fp_add(fp *result, const fp *a, const fp *b) {
    fp_sum.value = *a;
    fp_multiply_add(result, b, &FP_ONE, &fp_sum);
}

static inline void fp_subtract(fp *result, const fp *a, const fp *b) {
    fp_sum.value = *a;
    fp_multiply_add(result, b, &FP_MINUS_ONE, &fp_sum);
}

static inline void fp_negate(fp *result, const fp *a) {
    fp_multiply(result, a, &FP_MINUS_ONE);
}

static inline void fp_double(fp *result, const fp *a) {
    fp_multiply(result, a, &FP_TWO);
}

static inline void fp_triple(fp *result, const fp *a) {
    fp_multiply(result, a, &FP_THREE);
}

static inline bool fp_is_zero(const fp *a) {
    return is_zero(a->limb, FIELD_LIMBS);
}

static inline bool fp_is_equal(const fp *a, const fp *b) {
    return is_equal(a->limb, b->limb, FIELD_LIMBS);
}

/* The parity of the canonical element [RFC 9380, 4.1]. */
static inline bool fp_sign(const fp *a) {
    return (a->limb[0] & 1) != 0;
}

/* Any number of FIELD_LIMBS doublewords that the host likes. */
static inline void fp_advice(fp *advised, enum limpid_advice kind, const fp *a, const fp *modulus) {
    UNROLLED
    for (uint64_t i = 0; i < FIELD_LIMBS; i++) {
        advised->limb[i] = limpid_advice(kind, a->limb, modulus->limb, i);
    }
}

/* The inverse of a, not 0, modulo the prime behind `nothing`, a sum of 0. An inverse exists, so no honest host gives
   another number, and the run of any other ends here. */
static inline void invert_modulo(fp *result, const fp *a, const fp_addend *nothing) {
    fp advised, product;
    fp_advice(&advised, FIELD_ADVICE_INVERSE, a, &nothing->modulus);
    fp_multiply_add(&product, &advised, a, nothing);
    if (!fp_is_equal(&product, &FP_ONE)) {
        abort();
    }
    fp_multiply_add(result, &advised, &FP_ONE, nothing);
}

static inline void fp_invert(fp *result, const fp *a) {
    invert_modulo(result, a, &FP_ADD_NOTHING);
}

static inline bool fp_advised_square_root(fp *root, const fp *a) {
    fp advised, square;
    fp_advice(&advised, FIELD_ADVICE_SQUARE_ROOT, a, &FP_ADD_NOTHING.modulus);
    fp_multiply(&advised, &advised, &FP_ONE);
    fp_multiply(&square, &advised, &advised);
    bool is_root = fp_is_equal(&square, a);
    if (is_root) {
        *root = advised;
    }
    return is_root;
}

/* A square root of a, where there is one. Modulo a prime that is 3 modulo 4, a or -a is a square, and both only for 0:
   that there is no root of a is shown by a root of -a. A host that gives neither ends the run. */
static inline bool fp_square_root(fp *root, const fp *a) {
    if (fp_advised_square_root(root, a)) {
        return true;
    }
    fp negative, root_of_negative;
    fp_negate(&negative, a);
    if (!fp_advised_square_root(&root_of_negative, &negative)) {
        abort();
    }
    return false;
}

/* Big-endian bytes, aligned to doublewords. False, and nothing is loaded, where they are no canonical element. */
static inline bool fp_load(fp *result, const uint8_t *bytes) {
    fp loaded;
    load_big_endian(loaded.limb, bytes, FIELD_LIMBS);
    if (!is_less(loaded.limb, FP_ADD_NOTHING.modulus.limb, FIELD_LIMBS)) {
        return false;
    }
    *result = loaded;
    return true;
}

static inline void fp_store(uint8_t *bytes, const fp *a) {
    store_big_endian(bytes, a->limb, FIELD_LIMBS);
}
