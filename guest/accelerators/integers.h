/* Numbers as arrays of doublewords, least significant first, and their big-endian bytes. */
#ifndef LIMPID_INTEGERS_H
#define LIMPID_INTEGERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zkvm_memory.h"

#define DOUBLEWORD_BYTES 8
#define DOUBLEWORD_BITS 64

__extension__ typedef unsigned __int128 uint128_t;

/* Before loops over limbs, of which there are mostly four or six, known where the function is used. */
#define UNROLLED _Pragma("GCC unroll 6")

/* RV64IM has no instruction for it, and the compiler would call a function. */
static inline uint64_t swap_bytes(uint64_t value) {
    const uint64_t bytes = UINT64_C(0x00ff00ff00ff00ff);
    const uint64_t halves = UINT64_C(0x0000ffff0000ffff);
    value = ((value & bytes) << 8) | ((value >> 8) & bytes);
    value = ((value & halves) << 16) | ((value >> 16) & halves);
    return (value << 32) | (value >> 32);
}

/* The bytes are aligned to doublewords, as in all structs of zkvm_accelerators.h. */
static inline void load_big_endian(uint64_t *limbs, const uint8_t *bytes, size_t count) {
    UNROLLED
    for (size_t i = 0; i < count; i++) {
        uint64_t word;
        memcpy(&word, __builtin_assume_aligned(bytes + DOUBLEWORD_BYTES * (count - 1 - i), DOUBLEWORD_BYTES),
               DOUBLEWORD_BYTES);
        limbs[i] = swap_bytes(word);
    }
}

static inline void store_big_endian(uint8_t *bytes, const uint64_t *limbs, size_t count) {
    UNROLLED
    for (size_t i = 0; i < count; i++) {
        uint64_t word = swap_bytes(limbs[i]);
        memcpy(__builtin_assume_aligned(bytes + DOUBLEWORD_BYTES * (count - 1 - i), DOUBLEWORD_BYTES), &word,
               DOUBLEWORD_BYTES);
    }
}

static inline bool is_zero(const uint64_t *limbs, size_t count) {
    uint64_t bits = 0;
    UNROLLED
    for (size_t i = 0; i < count; i++) {
        bits |= limbs[i];
    }
    return bits == 0;
}

static inline bool is_equal(const uint64_t *left, const uint64_t *right, size_t count) {
    uint64_t difference = 0;
    UNROLLED
    for (size_t i = 0; i < count; i++) {
        difference |= left[i] ^ right[i];
    }
    return difference == 0;
}

static inline bool is_less(const uint64_t *left, const uint64_t *right, size_t count) {
    for (size_t i = count; i-- > 0;) {
        if (left[i] != right[i]) {
            return left[i] < right[i];
        }
    }
    return false;
}

/* The result may be an operand; returns the carry. */
static inline uint64_t add_limbs(uint64_t *result, const uint64_t *left, const uint64_t *right, size_t count) {
    uint64_t carry = 0;
    UNROLLED
    for (size_t i = 0; i < count; i++) {
        uint64_t partial = left[i] + carry;
        carry = partial < carry;
        result[i] = partial + right[i];
        carry += result[i] < partial;
    }
    return carry;
}

/* The result may be an operand; returns the borrow. */
static inline uint64_t subtract_limbs(uint64_t *result, const uint64_t *left, const uint64_t *right, size_t count) {
    uint64_t borrow = 0;
    UNROLLED
    for (size_t i = 0; i < count; i++) {
        uint64_t subtrahend = right[i] + borrow;
        borrow = subtrahend < borrow;
        borrow += left[i] < subtrahend;
        result[i] = left[i] - subtrahend;
    }
    return borrow;
}

/* result += factor * multiplicand; returns the doubleword above. */
static inline uint64_t add_multiple(uint64_t *result, const uint64_t *multiplicand, uint64_t factor, size_t count) {
    uint64_t carry = 0;
    for (size_t i = 0; i < count; i++) {
        uint128_t product = (uint128_t)multiplicand[i] * factor + result[i] + carry;
        result[i] = (uint64_t)product;
        carry = (uint64_t)(product >> DOUBLEWORD_BITS);
    }
    return carry;
}

/* result -= factor * multiplicand; returns what is still to be subtracted above. */
static inline uint64_t subtract_multiple(uint64_t *result, const uint64_t *multiplicand, uint64_t factor,
                                         size_t count) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < count; i++) {
        uint128_t product = (uint128_t)multiplicand[i] * factor + borrow;
        uint64_t low = (uint64_t)product;
        borrow = (uint64_t)(product >> DOUBLEWORD_BITS) + (result[i] < low);
        result[i] -= low;
    }
    return borrow;
}

/* The whole product, 2 * count doublewords, apart from its operands. */
static inline void multiply_limbs(uint64_t *product, const uint64_t *left, const uint64_t *right, size_t count) {
    memset(product, 0, count * DOUBLEWORD_BYTES);
    for (size_t i = 0; i < count; i++) {
        product[i + count] = add_multiple(product + i, right, left[i], count);
    }
}

static inline uint64_t bit_of(const uint64_t *limbs, size_t position) {
    return limbs[position / DOUBLEWORD_BITS] >> (position % DOUBLEWORD_BITS) & 1;
}

#endif
