/* The machine calls in plain C, for places that have none: see accelerators/calls.h. */
#include "calls.h"

#include "division.h"
#include "zkvm_exit.h"

#define MAXIMUM_LIMBS 6

#define KECCAK_ROUNDS 24
#define LANES_PER_ROW 5
#define SHA256_ROUNDS 64
#define BLOCK_WORDS 16

static uint64_t rotate_left_64(uint64_t value, unsigned bits) {
    return bits == 0 ? value : value << bits | value >> (64 - bits);
}

static uint32_t rotate_right_32(uint32_t value, unsigned bits) {
    return value >> bits | value << (32 - bits);
}

/* The round constants' bits come from a shift register [FIPS 202, algorithm 5]. */
static uint64_t next_round_constant(uint8_t *shift_register) {
    uint64_t constant = 0;
    for (unsigned j = 0; j <= 6; j++) {
        constant |= (uint64_t)(*shift_register & 1) << ((1U << j) - 1);
        *shift_register = (uint8_t)(*shift_register << 1 ^ (*shift_register >> 7) * 0x71);
    }
    return constant;
}

/* [FIPS 202, 3.2 and 3.3]; the lane (x, y) is state[x + 5 y]. */
void limpid_keccak_f(uint64_t *state) {
    uint8_t shift_register = 1;
    for (int round = 0; round < KECCAK_ROUNDS; round++) {
        uint64_t parity[LANES_PER_ROW];
        for (int x = 0; x < LANES_PER_ROW; x++) {
            parity[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
        }
        for (int lane = 0; lane < 25; lane++) {
            int x = lane % LANES_PER_ROW;
            state[lane] ^= parity[(x + 4) % LANES_PER_ROW] ^ rotate_left_64(parity[(x + 1) % LANES_PER_ROW], 1);
        }
        /* rho and pi along the orbit of (1, 0), whose t-th lane turns by (t + 1) (t + 2) / 2. */
        uint64_t moving = state[1];
        for (int t = 0, x = 1, y = 0; t < 24; t++) {
            int next_y = (2 * x + 3 * y) % LANES_PER_ROW;
            x = y;
            y = next_y;
            uint64_t here = state[x + LANES_PER_ROW * y];
            state[x + LANES_PER_ROW * y] = rotate_left_64(moving, (unsigned)((t + 1) * (t + 2) / 2 % 64));
            moving = here;
        }
        for (int y = 0; y < LANES_PER_ROW; y++) {
            uint64_t row[LANES_PER_ROW];
            memcpy(row, state + LANES_PER_ROW * y, sizeof row);
            for (int x = 0; x < LANES_PER_ROW; x++) {
                state[x + LANES_PER_ROW * y] ^= ~row[(x + 1) % LANES_PER_ROW] & row[(x + 2) % LANES_PER_ROW];
            }
        }
        state[0] ^= next_round_constant(&shift_register);
    }
}

/* [FIPS 180-4, 4.2.2]. */
static const uint32_t SHA256_CONSTANTS[SHA256_ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* [FIPS 180-4, 6.2.2]. */
void limpid_sha256_compress(uint32_t *state, const uint8_t *block) {
    uint32_t w[SHA256_ROUNDS], v[8];
    for (int i = 0; i < BLOCK_WORDS; i++) {
        const uint8_t *bytes = block + 4 * i;
        w[i] = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    }
    for (int i = BLOCK_WORDS; i < SHA256_ROUNDS; i++) {
        uint32_t early = w[i - 15], late = w[i - 2];
        w[i] = w[i - 16] + (rotate_right_32(early, 7) ^ rotate_right_32(early, 18) ^ early >> 3) + w[i - 7] +
               (rotate_right_32(late, 17) ^ rotate_right_32(late, 19) ^ late >> 10);
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < SHA256_ROUNDS; i++) {
        uint32_t sum = v[7] + (rotate_right_32(v[4], 6) ^ rotate_right_32(v[4], 11) ^ rotate_right_32(v[4], 25)) +
                       ((v[4] & v[5]) ^ (~v[4] & v[6])) + SHA256_CONSTANTS[i] + w[i];
        uint32_t other = (rotate_right_32(v[0], 2) ^ rotate_right_32(v[0], 13) ^ rotate_right_32(v[0], 22)) +
                         ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += sum;
        v[0] = sum + other;
    }
    for (int i = 0; i < 8; i++) {
        state[i] += v[i];
    }
}

/* The number, of `size` doublewords, times 2^bits; what would stand above is 0. */
static void shift_up(uint64_t *number, size_t size, size_t bits) {
    size_t limbs = bits / DOUBLEWORD_BITS, rest = bits % DOUBLEWORD_BITS;
    for (size_t i = size; i-- > 0;) {
        uint64_t high = i >= limbs ? number[i - limbs] : 0;
        uint64_t low = i >= limbs + 1 ? number[i - limbs - 1] : 0;
        number[i] = rest == 0 ? high : high << rest | low >> (DOUBLEWORD_BITS - rest);
    }
}

static void shift_down(uint64_t *number, size_t size, size_t bits) {
    size_t limbs = bits / DOUBLEWORD_BITS, rest = bits % DOUBLEWORD_BITS;
    for (size_t i = 0; i < size; i++) {
        uint64_t low = i + limbs < size ? number[i + limbs] : 0;
        uint64_t high = i + limbs + 1 < size ? number[i + limbs + 1] : 0;
        number[i] = rest == 0 ? low : low >> rest | high << (DOUBLEWORD_BITS - rest);
    }
}

/* A modulus shifted up until its highest bit is set, as division needs. */
typedef struct {
    uint64_t given[MAXIMUM_LIMBS];
    uint64_t shifted[MAXIMUM_LIMBS];
    size_t limbs;
    size_t shift;
    uint64_t reciprocal;
} divisor;

/* The divisor of a modulus that is not 0; the last one is kept, since most calls are about the same. */
static const divisor *divisor_of(const uint64_t *modulus, size_t limbs) {
    static divisor last;
    if (last.limbs != limbs || !is_equal(last.given, modulus, limbs)) {
        size_t used = limbs;
        memcpy(last.given, modulus, limbs * DOUBLEWORD_BYTES);
        memcpy(last.shifted, modulus, limbs * DOUBLEWORD_BYTES);
        while (modulus[used - 1] == 0) {
            used--;
        }
        last.limbs = limbs;
        last.shift = (limbs - used) * DOUBLEWORD_BITS + (size_t)__builtin_clzll(modulus[used - 1]);
        shift_up(last.shifted, limbs, last.shift);
        last.reciprocal = reciprocal_of(last.shifted[limbs - 1], last.shifted[limbs - 2]);
    }
    return &last;
}

static void multiply_add_modulo(uint64_t *result, const uint64_t *a, const uint64_t *b, const uint64_t *c_and_modulus,
                                size_t limbs) {
    uint64_t number[2 * MAXIMUM_LIMBS + 1] = {0};
    const uint64_t *modulus = c_and_modulus + limbs;
    multiply_limbs(number, a, b, limbs);
    uint64_t carry = add_limbs(number, number, c_and_modulus, limbs);
    for (size_t i = limbs; carry != 0; i++) {
        carry = ++number[i] == 0;
    }
    /* Where the quotient fits, what stands above 2^(64 limbs) is less than the modulus; 0 is no modulus. */
    if (!is_less(number + limbs, modulus, limbs)) {
        abort();
    }
    const divisor *by = divisor_of(modulus, limbs);
    /* The product is less than the modulus times 2^(64 limbs), and the modulus still fits when shifted. */
    shift_up(number, 2 * limbs, by->shift);
    reduce(number, 2 * limbs + 1, by->shifted, limbs, by->reciprocal);
    shift_down(number, limbs, by->shift);
    memcpy(result, number, limbs * DOUBLEWORD_BYTES);
}

void limpid_multiply_add_modulo_256(uint64_t *result, const uint64_t *a, const uint64_t *b,
                                    const uint64_t *c_and_modulus) {
    multiply_add_modulo(result, a, b, c_and_modulus, 4);
}

void limpid_multiply_add_modulo_384(uint64_t *result, const uint64_t *a, const uint64_t *b,
                                    const uint64_t *c_and_modulus) {
    multiply_add_modulo(result, a, b, c_and_modulus, 6);
}

/* Half of a number modulo an odd one. */
static void halve(uint64_t *number, const uint64_t *modulus, size_t limbs) {
    uint64_t carry = 0;
    if ((number[0] & 1) != 0) {
        carry = add_limbs(number, number, modulus, limbs);
    }
    shift_down(number, limbs, 1);
    number[limbs - 1] |= carry << (DOUBLEWORD_BITS - 1);
}

/* The binary extended Euclidean algorithm: left is number * left_factor and right is number * right_factor, modulo an
   odd modulus, until left is 0 and right the greatest common divisor. False where that is not 1. */
static bool invert(uint64_t *inverse, const uint64_t *number, const uint64_t *modulus, size_t limbs) {
    uint64_t left[MAXIMUM_LIMBS], right[MAXIMUM_LIMBS], left_factor[MAXIMUM_LIMBS] = {1};
    uint64_t right_factor[MAXIMUM_LIMBS] = {0}, one[MAXIMUM_LIMBS] = {1};
    memcpy(left, number, limbs * DOUBLEWORD_BYTES);
    memcpy(right, modulus, limbs * DOUBLEWORD_BYTES);
    while (!is_zero(left, limbs)) {
        if ((left[0] & 1) == 0) {
            shift_down(left, limbs, 1);
            halve(left_factor, modulus, limbs);
            continue;
        }
        if (is_less(left, right, limbs)) {
            uint64_t swapped[MAXIMUM_LIMBS];
            memcpy(swapped, left, sizeof left);
            memcpy(left, right, sizeof left);
            memcpy(right, swapped, sizeof left);
            memcpy(swapped, left_factor, sizeof left);
            memcpy(left_factor, right_factor, sizeof left);
            memcpy(right_factor, swapped, sizeof left);
        }
        subtract_limbs(left, left, right, limbs);
        if (subtract_limbs(left_factor, left_factor, right_factor, limbs) != 0) {
            add_limbs(left_factor, left_factor, modulus, limbs);
        }
    }
    memcpy(inverse, right_factor, limbs * DOUBLEWORD_BYTES);
    return is_equal(right, one, limbs);
}

/* The number to the power of (p + 1) / 4, which is a root where there is one and the prime p is 3 modulo 4. */
static bool find_square_root(uint64_t *root, const uint64_t *number, const uint64_t *modulus, size_t limbs) {
    uint64_t exponent[MAXIMUM_LIMBS], one[MAXIMUM_LIMBS] = {1}, square[MAXIMUM_LIMBS];
    uint64_t nothing_and_modulus[2 * MAXIMUM_LIMBS] = {0};
    memcpy(nothing_and_modulus + limbs, modulus, limbs * DOUBLEWORD_BYTES);
    uint64_t carry = add_limbs(exponent, modulus, one, limbs);
    shift_down(exponent, limbs, 2);
    exponent[limbs - 1] |= carry << (DOUBLEWORD_BITS - 2);
    memcpy(root, one, limbs * DOUBLEWORD_BYTES);
    for (size_t position = limbs * DOUBLEWORD_BITS; position-- > 0;) {
        multiply_add_modulo(root, root, root, nothing_and_modulus, limbs);
        if (bit_of(exponent, position) != 0) {
            multiply_add_modulo(root, root, number, nothing_and_modulus, limbs);
        }
    }
    multiply_add_modulo(square, root, root, nothing_and_modulus, limbs);
    return is_equal(square, number, limbs);
}

/* The number is less than the modulus, an odd prime. */
static void advise(uint64_t *advised, bool is_inverse, const uint64_t *number, const uint64_t *modulus, size_t limbs) {
    bool is_found = is_inverse ? invert(advised, number, modulus, limbs)
                               : find_square_root(advised, number, modulus, limbs);
    if (!is_found) {
        memset(advised, 0, limbs * DOUBLEWORD_BYTES);
    }
}

/* A sequence of numbers that is the same in every run [Steele, Lea and Flood 2014, SplitMix]. */
static uint64_t next_random(void) {
    static uint64_t state;
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

uint64_t limpid_advice(enum limpid_advice kind, const uint64_t *first, const uint64_t *second, uint64_t third) {
    /* The doublewords of one answer are asked for one by one. */
    static uint64_t advised[MAXIMUM_LIMBS];
    if (kind == LIMPID_ADVICE_RANDOM) {
        return next_random();
    }
    bool is_inverse = kind == LIMPID_ADVICE_INVERSE_256 || kind == LIMPID_ADVICE_INVERSE_384;
    size_t limbs = kind == LIMPID_ADVICE_INVERSE_256 || kind == LIMPID_ADVICE_SQUARE_ROOT_256 ? 4 : 6;
    if (third == 0) {
        advise(advised, is_inverse, first, second, limbs);
    }
    return advised[third];
}
