/* Keccak-256 in plain C with its round written out, as it is without an accelerator. Input: any bytes. Output: the 32 bytes
   of their digest. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

enum { LANES = 25, ROUNDS = 24, RATE_BYTES = 136, DIGEST_BYTES = 32 };

static const uint64_t round_constants[ROUNDS] = {
    UINT64_C(0x0000000000000001), UINT64_C(0x0000000000008082), UINT64_C(0x800000000000808a), UINT64_C(0x8000000080008000),
    UINT64_C(0x000000000000808b), UINT64_C(0x0000000080000001), UINT64_C(0x8000000080008081), UINT64_C(0x8000000000008009),
    UINT64_C(0x000000000000008a), UINT64_C(0x0000000000000088), UINT64_C(0x0000000080008009), UINT64_C(0x000000008000000a),
    UINT64_C(0x000000008000808b), UINT64_C(0x800000000000008b), UINT64_C(0x8000000000008089), UINT64_C(0x8000000000008003),
    UINT64_C(0x8000000000008002), UINT64_C(0x8000000000000080), UINT64_C(0x000000000000800a), UINT64_C(0x800000008000000a),
    UINT64_C(0x8000000080008081), UINT64_C(0x8000000000008080), UINT64_C(0x0000000080000001), UINT64_C(0x8000000080008008),
};

static inline uint64_t rotated(uint64_t lane, unsigned bits) {
    return lane << bits | lane >> (64 - bits);
}

/* One round from the lanes with one prefix to those with another: no lane moves between variables. */
#define ROUND(from, to, constant)                                                                                     \
    do {                                                                                                              \
        uint64_t c0 = from##ba ^ from##ga ^ from##ka ^ from##ma ^ from##sa;                                           \
        uint64_t c1 = from##be ^ from##ge ^ from##ke ^ from##me ^ from##se;                                           \
        uint64_t c2 = from##bi ^ from##gi ^ from##ki ^ from##mi ^ from##si;                                           \
        uint64_t c3 = from##bo ^ from##go ^ from##ko ^ from##mo ^ from##so;                                           \
        uint64_t c4 = from##bu ^ from##gu ^ from##ku ^ from##mu ^ from##su;                                           \
        uint64_t d0 = c4 ^ rotated(c1, 1);                                                                            \
        uint64_t d1 = c0 ^ rotated(c2, 1);                                                                            \
        uint64_t d2 = c1 ^ rotated(c3, 1);                                                                            \
        uint64_t d3 = c2 ^ rotated(c4, 1);                                                                            \
        uint64_t d4 = c3 ^ rotated(c0, 1);                                                                            \
        uint64_t ba = from##ba ^ d0;                                                                                  \
        uint64_t be = rotated(from##ge ^ d1, 44);                                                                     \
        uint64_t bi = rotated(from##ki ^ d2, 43);                                                                     \
        uint64_t bo = rotated(from##mo ^ d3, 21);                                                                     \
        uint64_t bu = rotated(from##su ^ d4, 14);                                                                     \
        to##ba = ba ^ (~be & bi) ^ (constant);                                                                        \
        to##be = be ^ (~bi & bo);                                                                                     \
        to##bi = bi ^ (~bo & bu);                                                                                     \
        to##bo = bo ^ (~bu & ba);                                                                                     \
        to##bu = bu ^ (~ba & be);                                                                                     \
        ba = rotated(from##bo ^ d3, 28);                                                                              \
        be = rotated(from##gu ^ d4, 20);                                                                              \
        bi = rotated(from##ka ^ d0, 3);                                                                               \
        bo = rotated(from##me ^ d1, 45);                                                                              \
        bu = rotated(from##si ^ d2, 61);                                                                              \
        to##ga = ba ^ (~be & bi);                                                                                     \
        to##ge = be ^ (~bi & bo);                                                                                     \
        to##gi = bi ^ (~bo & bu);                                                                                     \
        to##go = bo ^ (~bu & ba);                                                                                     \
        to##gu = bu ^ (~ba & be);                                                                                     \
        ba = rotated(from##be ^ d1, 1);                                                                               \
        be = rotated(from##gi ^ d2, 6);                                                                               \
        bi = rotated(from##ko ^ d3, 25);                                                                              \
        bo = rotated(from##mu ^ d4, 8);                                                                               \
        bu = rotated(from##sa ^ d0, 18);                                                                              \
        to##ka = ba ^ (~be & bi);                                                                                     \
        to##ke = be ^ (~bi & bo);                                                                                     \
        to##ki = bi ^ (~bo & bu);                                                                                     \
        to##ko = bo ^ (~bu & ba);                                                                                     \
        to##ku = bu ^ (~ba & be);                                                                                     \
        ba = rotated(from##bu ^ d4, 27);                                                                              \
        be = rotated(from##ga ^ d0, 36);                                                                              \
        bi = rotated(from##ke ^ d1, 10);                                                                              \
        bo = rotated(from##mi ^ d2, 15);                                                                              \
        bu = rotated(from##so ^ d3, 56);                                                                              \
        to##ma = ba ^ (~be & bi);                                                                                     \
        to##me = be ^ (~bi & bo);                                                                                     \
        to##mi = bi ^ (~bo & bu);                                                                                     \
        to##mo = bo ^ (~bu & ba);                                                                                     \
        to##mu = bu ^ (~ba & be);                                                                                     \
        ba = rotated(from##bi ^ d2, 62);                                                                              \
        be = rotated(from##go ^ d3, 55);                                                                              \
        bi = rotated(from##ku ^ d4, 39);                                                                              \
        bo = rotated(from##ma ^ d0, 41);                                                                              \
        bu = rotated(from##se ^ d1, 2);                                                                               \
        to##sa = ba ^ (~be & bi);                                                                                     \
        to##se = be ^ (~bi & bo);                                                                                     \
        to##si = bi ^ (~bo & bu);                                                                                     \
        to##so = bo ^ (~bu & ba);                                                                                     \
        to##su = bu ^ (~ba & be);                                                                                     \
    } while (0)

static void permute(uint64_t state[LANES]) {
    uint64_t aba = state[0], abe = state[1], abi = state[2], abo = state[3], abu = state[4];
    uint64_t aga = state[5], age = state[6], agi = state[7], ago = state[8], agu = state[9];
    uint64_t aka = state[10], ake = state[11], aki = state[12], ako = state[13], aku = state[14];
    uint64_t ama = state[15], ame = state[16], ami = state[17], amo = state[18], amu = state[19];
    uint64_t asa = state[20], ase = state[21], asi = state[22], aso = state[23], asu = state[24];
    uint64_t eba, ebe, ebi, ebo, ebu;
    uint64_t ega, ege, egi, ego, egu;
    uint64_t eka, eke, eki, eko, eku;
    uint64_t ema, eme, emi, emo, emu;
    uint64_t esa, ese, esi, eso, esu;
    for (unsigned i = 0; i < ROUNDS; i += 2) {
        ROUND(a, e, round_constants[i]);
        ROUND(e, a, round_constants[i + 1]);
    }
    state[0] = aba;
    state[1] = abe;
    state[2] = abi;
    state[3] = abo;
    state[4] = abu;
    state[5] = aga;
    state[6] = age;
    state[7] = agi;
    state[8] = ago;
    state[9] = agu;
    state[10] = aka;
    state[11] = ake;
    state[12] = aki;
    state[13] = ako;
    state[14] = aku;
    state[15] = ama;
    state[16] = ame;
    state[17] = ami;
    state[18] = amo;
    state[19] = amu;
    state[20] = asa;
    state[21] = ase;
    state[22] = asi;
    state[23] = aso;
    state[24] = asu;
}

static void absorb(uint64_t state[LANES], const uint8_t *block) {
    uint64_t lanes[RATE_BYTES / sizeof state[0]];
    memcpy(lanes, block, RATE_BYTES);
    for (size_t i = 0; i < RATE_BYTES / sizeof state[0]; i++) {
        state[i] ^= lanes[i];
    }
    permute(state);
}

int main(void) {
    const uint8_t *message;
    size_t size;
    uint64_t state[LANES] = {0};
    uint8_t last[RATE_BYTES] = {0};
    read_input(&message, &size);
    for (; size >= RATE_BYTES; size -= RATE_BYTES) {
        absorb(state, message);
        message += RATE_BYTES;
    }
    memcpy(last, message, size);
    last[size] = 1;
    last[RATE_BYTES - 1] |= 0x80;
    absorb(state, last);
    write_output((const uint8_t *)state, DIGEST_BYTES);
    return 0;
}
