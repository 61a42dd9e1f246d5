/* The compression function of BLAKE2b with a number of rounds [RFC 7693, 3; EIP-152]. */
#include "zkvm_accelerators.h"

#include "integers.h"

#define STATE_WORDS 8
#define MESSAGE_WORDS 16
#define PERMUTATIONS 10

static const uint64_t INITIALIZATION[STATE_WORDS] = {
    UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b), UINT64_C(0x3c6ef372fe94f82b),
    UINT64_C(0xa54ff53a5f1d36f1), UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
    UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179),
};

static const uint8_t SCHEDULE[PERMUTATIONS][MESSAGE_WORDS] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static inline uint64_t rotate_right(uint64_t value, unsigned bits) {
    return value >> bits | value << (DOUBLEWORD_BITS - bits);
}

static inline void mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y) {
    v[a] += v[b] + x;
    v[d] = rotate_right(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = rotate_right(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = rotate_right(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate_right(v[b] ^ v[c], 63);
}

zkvm_status zkvm_blake2f(uint32_t rounds, zkvm_blake2f_state *h, const zkvm_blake2f_message *m,
                         const zkvm_blake2f_offset *t, uint8_t f) {
    uint64_t v[2 * STATE_WORDS], state[STATE_WORDS], message[MESSAGE_WORDS], offset[2];
    if (f > 1) {
        return ZKVM_EFAIL;
    }
    memcpy(state, h->data, sizeof state);
    memcpy(message, m->data, sizeof message);
    memcpy(offset, t->data, sizeof offset);
    memcpy(v, state, sizeof state);
    memcpy(v + STATE_WORDS, INITIALIZATION, sizeof INITIALIZATION);
    v[12] ^= offset[0];
    v[13] ^= offset[1];
    v[14] ^= -(uint64_t)f;
    const uint8_t *schedule = SCHEDULE[0];
    for (uint32_t round = 0; round < rounds; round++) {
        const uint8_t *s = schedule;
        mix(v, 0, 4, 8, 12, message[s[0]], message[s[1]]);
        mix(v, 1, 5, 9, 13, message[s[2]], message[s[3]]);
        mix(v, 2, 6, 10, 14, message[s[4]], message[s[5]]);
        mix(v, 3, 7, 11, 15, message[s[6]], message[s[7]]);
        mix(v, 0, 5, 10, 15, message[s[8]], message[s[9]]);
        mix(v, 1, 6, 11, 12, message[s[10]], message[s[11]]);
        mix(v, 2, 7, 8, 13, message[s[12]], message[s[13]]);
        mix(v, 3, 4, 9, 14, message[s[14]], message[s[15]]);
        schedule = schedule == SCHEDULE[PERMUTATIONS - 1] ? SCHEDULE[0] : schedule + MESSAGE_WORDS;
    }
    for (int i = 0; i < STATE_WORDS; i++) {
        state[i] ^= v[i] ^ v[i + STATE_WORDS];
    }
    memcpy(h->data, state, sizeof state);
    return ZKVM_EOK;
}
