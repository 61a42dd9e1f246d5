/* SHA-256 [FIPS 180-4, 5 and 6.2]. */
#include "zkvm_accelerators.h"

#include "calls.h"
#include "integers.h"

#define BLOCK_BYTES 64
#define LENGTH_BYTES 8

/* The first 32 bits of the fractional parts of the square roots of the first eight primes [FIPS 180-4, 5.3.3]. */
static const uint32_t INITIAL_STATE[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

zkvm_status zkvm_sha256(const uint8_t *data, size_t len, zkvm_sha256_hash *output) {
    _Alignas(8) uint32_t state[8];
    _Alignas(8) uint8_t block[BLOCK_BYTES];
    uint64_t message_bits = swap_bytes((uint64_t)len * 8);
    memcpy(state, INITIAL_STATE, sizeof state);
    for (; len >= BLOCK_BYTES; len -= BLOCK_BYTES) {
        const uint8_t *aligned = data;
        if ((uintptr_t)data % DOUBLEWORD_BYTES != 0) {
            memcpy(block, data, BLOCK_BYTES);
            aligned = block;
        }
        limpid_sha256_compress(state, aligned);
        data += BLOCK_BYTES;
    }
    memset(block, 0, BLOCK_BYTES);
    if (len != 0) {
        memcpy(block, data, len);
    }
    block[len] = 0x80;
    if (len >= BLOCK_BYTES - LENGTH_BYTES) {
        limpid_sha256_compress(state, block);
        memset(block, 0, BLOCK_BYTES);
    }
    memcpy(block + BLOCK_BYTES - LENGTH_BYTES, &message_bits, LENGTH_BYTES);
    limpid_sha256_compress(state, block);
    for (size_t i = 0; i < 4; i++) {
        /* Two words at once, the first of them the higher half of the big-endian doubleword. */
        uint64_t pair = swap_bytes((uint64_t)state[2 * i] << 32 | state[2 * i + 1]);
        memcpy(output->data + DOUBLEWORD_BYTES * i, &pair, DOUBLEWORD_BYTES);
    }
    return ZKVM_EOK;
}
