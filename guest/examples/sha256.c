/* SHA-256 [FIPS 180-4]. Input: any bytes. Output: the 32 bytes of their digest. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

#define BLOCK_BYTES 64
#define LENGTH_BYTES 8
#define DIGEST_WORDS 8
#define ROUNDS 64

static const uint32_t initial_state[DIGEST_WORDS] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const uint32_t round_constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate_right(uint32_t word, unsigned count) {
    return word >> count | word << (32 - count);
}

static inline uint32_t load_big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline void store_big_endian(uint8_t *bytes, uint32_t word) {
    bytes[0] = (uint8_t)(word >> 24);
    bytes[1] = (uint8_t)(word >> 16);
    bytes[2] = (uint8_t)(word >> 8);
    bytes[3] = (uint8_t)word;
}

static inline uint32_t small_sigma_0(uint32_t word) {
    return rotate_right(word, 7) ^ rotate_right(word, 18) ^ word >> 3;
}

static inline uint32_t small_sigma_1(uint32_t word) {
    return rotate_right(word, 17) ^ rotate_right(word, 19) ^ word >> 10;
}

static inline uint32_t big_sigma_0(uint32_t word) {
    return rotate_right(word, 2) ^ rotate_right(word, 13) ^ rotate_right(word, 22);
}

static inline uint32_t big_sigma_1(uint32_t word) {
    return rotate_right(word, 6) ^ rotate_right(word, 11) ^ rotate_right(word, 25);
}

static inline uint32_t choose(uint32_t selector, uint32_t ones, uint32_t zeros) {
    return zeros ^ (selector & (ones ^ zeros));
}

static inline uint32_t majority(uint32_t a, uint32_t b, uint32_t c) {
    return (a & b) | (c & (a | b));
}

/* One round, which changes d and h only: eight of them, with the names rotated, move no word between variables. */
#define ROUND(a, b, c, d, e, f, g, h, t)                                                                  \
    do {                                                                                                  \
        uint32_t mixed = h + big_sigma_1(e) + choose(e, f, g) + round_constants[t] + schedule[t];         \
        d += mixed;                                                                                       \
        h = mixed + big_sigma_0(a) + majority(a, b, c);                                                   \
    } while (0)

static void compress(uint32_t state[DIGEST_WORDS], const uint8_t *block) {
    uint32_t schedule[ROUNDS];
    for (unsigned t = 0; t < 16; t++) {
        schedule[t] = load_big_endian(block + 4 * t);
    }
    for (unsigned t = 16; t < ROUNDS; t++) {
        schedule[t] = small_sigma_1(schedule[t - 2]) + schedule[t - 7] + small_sigma_0(schedule[t - 15])
                      + schedule[t - 16];
    }

    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (unsigned t = 0; t < ROUNDS; t += 8) {
        ROUND(a, b, c, d, e, f, g, h, t);
        ROUND(h, a, b, c, d, e, f, g, t + 1);
        ROUND(g, h, a, b, c, d, e, f, t + 2);
        ROUND(f, g, h, a, b, c, d, e, t + 3);
        ROUND(e, f, g, h, a, b, c, d, t + 4);
        ROUND(d, e, f, g, h, a, b, c, t + 5);
        ROUND(c, d, e, f, g, h, a, b, t + 6);
        ROUND(b, c, d, e, f, g, h, a, t + 7);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

int main(void) {
    const uint8_t *message;
    size_t size;
    read_input(&message, &size);

    uint32_t state[DIGEST_WORDS];
    memcpy(state, initial_state, sizeof state);
    size_t rest = size;
    for (; rest >= BLOCK_BYTES; rest -= BLOCK_BYTES) {
        compress(state, message);
        message += BLOCK_BYTES;
    }

    /* The last bytes, a one bit, zeros, and the length in bits: one block if all of them fit, else two. */
    uint8_t padding[2 * BLOCK_BYTES] = {0};
    memcpy(padding, message, rest);
    padding[rest] = 0x80;
    size_t padded = rest + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    uint64_t length_bits = (uint64_t)size * 8;
    store_big_endian(padding + padded - 8, (uint32_t)(length_bits >> 32));
    store_big_endian(padding + padded - 4, (uint32_t)length_bits);
    for (size_t offset = 0; offset < padded; offset += BLOCK_BYTES) {
        compress(state, padding + offset);
    }

    uint8_t digest[4 * DIGEST_WORDS];
    for (unsigned i = 0; i < DIGEST_WORDS; i++) {
        store_big_endian(digest + 4 * i, state[i]);
    }
    write_output(digest, sizeof digest);
    return 0;
}
