/* Keccak-256 as Ethereum has it: Keccak with the padding from before SHA-3 [FIPS 202, 4 and 5.1, but for the suffix]. */
#include "zkvm_accelerators.h"

#include "calls.h"
#include "integers.h"

#define STATE_WORDS 25
#define RATE_BYTES 136
#define RATE_WORDS (RATE_BYTES / DOUBLEWORD_BYTES)

static void absorb(uint64_t *state, const uint64_t *block) {
    for (int i = 0; i < RATE_WORDS; i++) {
        state[i] ^= block[i];
    }
    limpid_keccak_f(state);
}

zkvm_status zkvm_keccak256(const uint8_t *data, size_t len, zkvm_keccak256_hash *output) {
    uint64_t state[STATE_WORDS] = {0}, block[RATE_WORDS];
    for (; len >= RATE_BYTES; len -= RATE_BYTES) {
        memcpy(block, data, RATE_BYTES);
        absorb(state, block);
        data += RATE_BYTES;
    }
    memset(block, 0, RATE_BYTES);
    if (len != 0) {
        memcpy(block, data, len);
    }
    ((uint8_t *)block)[len] = 0x01;
    ((uint8_t *)block)[RATE_BYTES - 1] |= 0x80;
    absorb(state, block);
    memcpy(output->data, state, sizeof output->data);
    return ZKVM_EOK;
}
