/* RIPEMD-160 [Dobbertin, Bosselaers and Preneel 1996, appendix A]: two lines of five rounds, side by side. */
#include "zkvm_accelerators.h"

#include "integers.h"

#define BLOCK_BYTES 64
#define LENGTH_BYTES 8
#define DIGEST_BYTES 20
#define PADDING_BYTES (32 - DIGEST_BYTES)
#define ROUNDS 5
#define STEPS_PER_ROUND 16
#define STEPS (ROUNDS * STEPS_PER_ROUND)

/* One of the two lines. */
typedef struct {
    uint32_t constants[ROUNDS];
    uint8_t words[STEPS];
    uint8_t rotations[STEPS];
} line;

static const line LEFT = {
    {0x00000000, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
     3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
     4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13},
    {11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
     11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
     9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6},
};

static const line RIGHT = {
    {0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0x00000000},
    {5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
     15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
     12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11},
    {8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
     9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
     8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11},
};

static const uint32_t INITIAL_STATE[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

static inline uint32_t rotate_left(uint32_t value, unsigned bits) {
    return value << bits | value >> (32 - bits);
}

static inline uint32_t mix(int function, uint32_t x, uint32_t y, uint32_t z) {
    switch (function) {
    case 0:
        return x ^ y ^ z;
    case 1:
        return (x & y) | (~x & z);
    case 2:
        return (x | ~y) ^ z;
    case 3:
        return (x & z) | (y & ~z);
    default:
        return x ^ (y | ~z);
    }
}

/* Sixteen steps, written out: then all but the words are constants. */
static inline __attribute__((always_inline)) void run_round(uint32_t state[5], const uint32_t *block, const line *steps,
                                                            int round, int function) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    const uint8_t *words = steps->words + STEPS_PER_ROUND * round;
    const uint8_t *rotations = steps->rotations + STEPS_PER_ROUND * round;
#pragma GCC unroll 16
    for (int step = 0; step < STEPS_PER_ROUND; step++) {
        uint32_t sum = a + mix(function, b, c, d) + block[words[step]] + steps->constants[round];
        sum = rotate_left(sum, rotations[step]) + e;
        a = e;
        e = d;
        d = rotate_left(c, 10);
        c = b;
        b = sum;
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
    state[4] = e;
}

/* The left line takes the functions from the first on, the right one from the last back. */
static void run_lines(uint32_t left[5], uint32_t right[5], const uint32_t *block) {
    run_round(left, block, &LEFT, 0, 0);
    run_round(left, block, &LEFT, 1, 1);
    run_round(left, block, &LEFT, 2, 2);
    run_round(left, block, &LEFT, 3, 3);
    run_round(left, block, &LEFT, 4, 4);
    run_round(right, block, &RIGHT, 0, 4);
    run_round(right, block, &RIGHT, 1, 3);
    run_round(right, block, &RIGHT, 2, 2);
    run_round(right, block, &RIGHT, 3, 1);
    run_round(right, block, &RIGHT, 4, 0);
}

static void compress(uint32_t state[5], const uint8_t *bytes) {
    uint32_t block[BLOCK_BYTES / 4], left[5], right[5];
    memcpy(block, bytes, BLOCK_BYTES);
    memcpy(left, state, sizeof left);
    memcpy(right, state, sizeof right);
    run_lines(left, right, block);
    uint32_t first = state[1] + left[2] + right[3];
    state[1] = state[2] + left[3] + right[4];
    state[2] = state[3] + left[4] + right[0];
    state[3] = state[4] + left[0] + right[1];
    state[4] = state[0] + left[1] + right[2];
    state[0] = first;
}

zkvm_status zkvm_ripemd160(const uint8_t *data, size_t len, zkvm_ripemd160_hash *output) {
    uint32_t state[5];
    uint8_t block[BLOCK_BYTES] = {0};
    uint64_t message_bits = (uint64_t)len * 8;
    memcpy(state, INITIAL_STATE, sizeof state);
    for (; len >= BLOCK_BYTES; len -= BLOCK_BYTES) {
        compress(state, data);
        data += BLOCK_BYTES;
    }
    if (len != 0) {
        memcpy(block, data, len);
    }
    block[len] = 0x80;
    if (len >= BLOCK_BYTES - LENGTH_BYTES) {
        compress(state, block);
        memset(block, 0, BLOCK_BYTES);
    }
    memcpy(block + BLOCK_BYTES - LENGTH_BYTES, &message_bits, LENGTH_BYTES);
    compress(state, block);
    memset(output->data, 0, PADDING_BYTES);
    memcpy(output->data + PADDING_BYTES, state, DIGEST_BYTES);
    return ZKVM_EOK;
}
