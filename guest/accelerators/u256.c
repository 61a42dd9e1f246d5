/* Arithmetic on 256-bit words [Ethereum Yellow Paper, appendix H.2]. */
#include "zkvm_u256.h"

#include "calls.h"
#include "integers.h"

#define LIMBS 4
#define WORD_BYTES (LIMBS * DOUBLEWORD_BYTES)
#define WORD_BITS (LIMBS * DOUBLEWORD_BITS)

/* Least significant limb first. */
typedef struct {
    uint64_t limb[LIMBS];
} word;

/* What the call adds, with the modulus behind it. */
typedef struct {
    word value;
    word modulus;
} addend;

static const word ZERO = {{0}};
static const word ONE = {{1}};

static inline word load(const zkvm_u256 *given) {
    word loaded;
    load_big_endian(loaded.limb, given->data, LIMBS);
    return loaded;
}

static inline zkvm_status store(zkvm_u256 *result, word value) {
    store_big_endian(result->data, value.limb, LIMBS);
    return ZKVM_EOK;
}

static inline bool is_negative(const word *a) {
    return a->limb[LIMBS - 1] >> (DOUBLEWORD_BITS - 1) != 0;
}

static inline void negate(word *a) {
    subtract_limbs(a->limb, ZERO.limb, a->limb, LIMBS);
}

static inline bool make_absolute(word *a) {
    bool was_negative = is_negative(a);
    if (was_negative) {
        negate(a);
    }
    return was_negative;
}

/* Both operands may be the result. */
static word multiply(const word *a, const word *b) {
    word product = ZERO;
    for (size_t i = 0; i < LIMBS; i++) {
        add_multiple(product.limb + i, b->limb, a->limb[i], LIMBS - i);
    }
    return product;
}

/* (a b + c) mod n for n that is not 0. The quotient stays below 2^256, whatever n, with a reduced first. */
static word multiply_add_modulo(const word *a, const word *b, const word *c, const word *n) {
    addend sum = {ZERO, *n};
    word result;
    limpid_multiply_add_modulo_256(result.limb, a->limb, ONE.limb, sum.value.limb);
    sum.value = *c;
    limpid_multiply_add_modulo_256(result.limb, result.limb, b->limb, sum.value.limb);
    return result;
}

static word remainder_of(const word *a, const word *b) {
    addend nothing = {ZERO, *b};
    word result;
    limpid_multiply_add_modulo_256(result.limb, a->limb, ONE.limb, nothing.value.limb);
    return result;
}

static word shift_right(const word *a, uint64_t bits, uint64_t fill) {
    word shifted;
    size_t limbs = bits / DOUBLEWORD_BITS, rest = bits % DOUBLEWORD_BITS;
    for (size_t i = 0; i < LIMBS; i++) {
        uint64_t low = i + limbs < LIMBS ? a->limb[i + limbs] : fill;
        uint64_t high = i + limbs + 1 < LIMBS ? a->limb[i + limbs + 1] : fill;
        shifted.limb[i] = rest == 0 ? low : low >> rest | high << (DOUBLEWORD_BITS - rest);
    }
    return shifted;
}

static word shift_left(const word *a, uint64_t bits) {
    word shifted;
    size_t limbs = bits / DOUBLEWORD_BITS, rest = bits % DOUBLEWORD_BITS;
    for (size_t i = 0; i < LIMBS; i++) {
        uint64_t high = i >= limbs ? a->limb[i - limbs] : 0;
        uint64_t low = i >= limbs + 1 ? a->limb[i - limbs - 1] : 0;
        shifted.limb[i] = rest == 0 ? high : high << rest | low >> (DOUBLEWORD_BITS - rest);
    }
    return shifted;
}

static uint64_t trailing_zeros(const word *a) {
    uint64_t zeros = 0;
    size_t i = 0;
    while (a->limb[i] == 0) {
        zeros += DOUBLEWORD_BITS;
        i++;
    }
    for (uint64_t limb = a->limb[i]; (limb & 1) == 0; limb >>= 1) {
        zeros++;
    }
    return zeros;
}

/* a / b for b that divides a and is not 0: without b's factors of 2, a product by its inverse modulo 2^256, one limb
   at a time. */
static word divide_exactly(const word *a, const word *b) {
    uint64_t zeros = trailing_zeros(b);
    word rest = shift_right(a, zeros, 0), odd = shift_right(b, zeros, 0), quotient;
    /* Newton's iteration doubles the bits that are right, from the first 5. */
    uint64_t inverse = 3 * odd.limb[0] ^ 2;
    for (int bits = 5; bits < DOUBLEWORD_BITS; bits *= 2) {
        inverse *= 2 - odd.limb[0] * inverse;
    }
    for (size_t i = 0; i < LIMBS; i++) {
        quotient.limb[i] = rest.limb[i] * inverse;
        subtract_multiple(rest.limb + i, odd.limb, quotient.limb[i], LIMBS - i);
    }
    return quotient;
}

/* Both 0 where b is 0. */
static void divide(word *quotient, word *remainder, const word *a, const word *b) {
    *quotient = *remainder = ZERO;
    if (!is_zero(b->limb, LIMBS)) {
        word multiple;
        *remainder = remainder_of(a, b);
        subtract_limbs(multiple.limb, a->limb, remainder->limb, LIMBS);
        *quotient = divide_exactly(&multiple, b);
    }
}

static void divide_signed(word *quotient, word *remainder, word a, word b) {
    bool a_is_negative = make_absolute(&a);
    bool b_is_negative = make_absolute(&b);
    divide(quotient, remainder, &a, &b);
    if (a_is_negative != b_is_negative) {
        negate(quotient);
    }
    if (a_is_negative) {
        negate(remainder);
    }
}

zkvm_status zkvm_u256_add(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    word left = load(a), right = load(b);
    add_limbs(left.limb, left.limb, right.limb, LIMBS);
    return store(result, left);
}

zkvm_status zkvm_u256_sub(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    word left = load(a), right = load(b);
    subtract_limbs(left.limb, left.limb, right.limb, LIMBS);
    return store(result, left);
}

zkvm_status zkvm_u256_mul(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    word left = load(a), right = load(b);
    return store(result, multiply(&left, &right));
}

zkvm_status zkvm_u256_exp(const zkvm_u256 *base, const zkvm_u256 *exponent, zkvm_u256 *result) {
    word factor = load(base), bits = load(exponent), power = ONE;
    size_t position = WORD_BITS;
    while (position > 0 && bit_of(bits.limb, position - 1) == 0) {
        position--;
    }
    while (position-- > 0) {
        power = multiply(&power, &power);
        if (bit_of(bits.limb, position) != 0) {
            power = multiply(&power, &factor);
        }
    }
    return store(result, power);
}

zkvm_status zkvm_u256_divmod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient, zkvm_u256 *remainder) {
    word left = load(a), right = load(b), whole, rest;
    divide(&whole, &rest, &left, &right);
    store(quotient, whole);
    return store(remainder, rest);
}

zkvm_status zkvm_u256_div(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient) {
    zkvm_u256 remainder;
    return zkvm_u256_divmod(a, b, quotient, &remainder);
}

zkvm_status zkvm_u256_mod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *remainder) {
    word left = load(a), right = load(b);
    return store(remainder, is_zero(right.limb, LIMBS) ? ZERO : remainder_of(&left, &right));
}

zkvm_status zkvm_u256_sdivmod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient, zkvm_u256 *remainder) {
    word whole, rest;
    divide_signed(&whole, &rest, load(a), load(b));
    store(quotient, whole);
    return store(remainder, rest);
}

zkvm_status zkvm_u256_sdiv(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient) {
    zkvm_u256 remainder;
    return zkvm_u256_sdivmod(a, b, quotient, &remainder);
}

zkvm_status zkvm_u256_smod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *remainder) {
    zkvm_u256 quotient;
    return zkvm_u256_sdivmod(a, b, &quotient, remainder);
}

zkvm_status zkvm_u256_addmod(const zkvm_u256 *a, const zkvm_u256 *b, const zkvm_u256 *n, zkvm_u256 *result) {
    word left = load(a), right = load(b), modulus = load(n);
    bool has_modulus = !is_zero(modulus.limb, LIMBS);
    return store(result, has_modulus ? multiply_add_modulo(&left, &ONE, &right, &modulus) : ZERO);
}

zkvm_status zkvm_u256_mulmod(const zkvm_u256 *a, const zkvm_u256 *b, const zkvm_u256 *n, zkvm_u256 *result) {
    word left = load(a), right = load(b), modulus = load(n);
    bool has_modulus = !is_zero(modulus.limb, LIMBS);
    return store(result, has_modulus ? multiply_add_modulo(&left, &right, &ZERO, &modulus) : ZERO);
}

/* The number, or the limit where it is that or more. */
static uint64_t at_most(const word *number, uint64_t limit) {
    bool is_small = (number->limb[1] | number->limb[2] | number->limb[3]) == 0 && number->limb[0] < limit;
    return is_small ? number->limb[0] : limit;
}

zkvm_status zkvm_u256_signextend(const zkvm_u256 *b, const zkvm_u256 *value, zkvm_u256 *result) {
    word byte = load(b), extended = load(value);
    uint64_t unused_bits = WORD_BITS - 8 * (at_most(&byte, WORD_BYTES - 1) + 1);
    extended = shift_left(&extended, unused_bits);
    return store(result, shift_right(&extended, unused_bits, -(uint64_t)is_negative(&extended)));
}

static zkvm_status store_truth(zkvm_u256 *result, bool is_true) {
    return store(result, is_true ? ONE : ZERO);
}

static bool is_less_signed(word a, word b) {
    /* With the sign bits turned over, signed order is that of unsigned numbers. */
    a.limb[LIMBS - 1] ^= UINT64_C(1) << (DOUBLEWORD_BITS - 1);
    b.limb[LIMBS - 1] ^= UINT64_C(1) << (DOUBLEWORD_BITS - 1);
    return is_less(a.limb, b.limb, LIMBS);
}

zkvm_status zkvm_u256_lt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    word left = load(a), right = load(b);
    return store_truth(result, is_less(left.limb, right.limb, LIMBS));
}

zkvm_status zkvm_u256_gt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    return zkvm_u256_lt(b, a, result);
}

zkvm_status zkvm_u256_slt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    return store_truth(result, is_less_signed(load(a), load(b)));
}

zkvm_status zkvm_u256_sgt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    return zkvm_u256_slt(b, a, result);
}

zkvm_status zkvm_u256_eq(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    return store_truth(result, memcmp(a->data, b->data, WORD_BYTES) == 0);
}

zkvm_status zkvm_u256_iszero(const zkvm_u256 *a, zkvm_u256 *result) {
    word value = load(a);
    return store_truth(result, is_zero(value.limb, LIMBS));
}

zkvm_status zkvm_u256_and(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    for (size_t i = 0; i < WORD_BYTES; i++) {
        result->data[i] = a->data[i] & b->data[i];
    }
    return ZKVM_EOK;
}

zkvm_status zkvm_u256_or(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    for (size_t i = 0; i < WORD_BYTES; i++) {
        result->data[i] = a->data[i] | b->data[i];
    }
    return ZKVM_EOK;
}

zkvm_status zkvm_u256_xor(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result) {
    for (size_t i = 0; i < WORD_BYTES; i++) {
        result->data[i] = a->data[i] ^ b->data[i];
    }
    return ZKVM_EOK;
}

zkvm_status zkvm_u256_not(const zkvm_u256 *a, zkvm_u256 *result) {
    for (size_t i = 0; i < WORD_BYTES; i++) {
        result->data[i] = (uint8_t)~a->data[i];
    }
    return ZKVM_EOK;
}

zkvm_status zkvm_u256_byte(const zkvm_u256 *i, const zkvm_u256 *a, zkvm_u256 *result) {
    word index = load(i), byte = ZERO;
    uint64_t position = at_most(&index, WORD_BYTES);
    if (position < WORD_BYTES) {
        byte.limb[0] = a->data[position];
    }
    return store(result, byte);
}

zkvm_status zkvm_u256_shl(const zkvm_u256 *shift, const zkvm_u256 *value, zkvm_u256 *result) {
    word bits = load(shift), shifted = load(value);
    return store(result, shift_left(&shifted, at_most(&bits, WORD_BITS)));
}

zkvm_status zkvm_u256_shr(const zkvm_u256 *shift, const zkvm_u256 *value, zkvm_u256 *result) {
    word bits = load(shift), shifted = load(value);
    return store(result, shift_right(&shifted, at_most(&bits, WORD_BITS), 0));
}

zkvm_status zkvm_u256_sar(const zkvm_u256 *shift, const zkvm_u256 *value, zkvm_u256 *result) {
    word bits = load(shift), shifted = load(value);
    return store(result, shift_right(&shifted, at_most(&bits, WORD_BITS), -(uint64_t)is_negative(&shifted)));
}
