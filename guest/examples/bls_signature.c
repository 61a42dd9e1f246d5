/* A BLS signature as the consensus layer of Ethereum makes it: keys in G1, signatures in G2 of BLS12-381, with proof of
   possession. Input: the public key (96 bytes: x, y), the signature (192 bytes: x, y, real parts first) and the signed
   root (32 bytes). Output: key and root. Exit code 1 if the input's size is wrong, 2 if this is no signature of the
   root under the key. */
#include "zkvm_accelerators.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"

enum {
    BLOCK_BYTES = 64,
    ROOT_BYTES = 32,
    /* Of uniform bytes for one number modulo the prime [RFC 9380, 8.8.2: L]. */
    UNIFORM_BYTES = 64,
    /* Two elements of two numbers each. */
    NUMBERS = 4,
};

static const uint8_t one = 1;

static const uint8_t prime[48] = {
    0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7,
    0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24,
    0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab,
};

static const zkvm_bls12_381_g1_point negated_generator = {{
    0x17, 0xf1, 0xd3, 0xa7, 0x31, 0x97, 0xd7, 0x94, 0x26, 0x95, 0x63, 0x8c, 0x4f, 0xa9, 0xac, 0x0f,
    0xc3, 0x68, 0x8c, 0x4f, 0x97, 0x74, 0xb9, 0x05, 0xa1, 0x4e, 0x3a, 0x3f, 0x17, 0x1b, 0xac, 0x58,
    0x6c, 0x55, 0xe8, 0x3f, 0xf9, 0x7a, 0x1a, 0xef, 0xfb, 0x3a, 0xf0, 0x0a, 0xdb, 0x22, 0xc6, 0xbb,
    0x11, 0x4d, 0x1d, 0x68, 0x55, 0xd5, 0x45, 0xa8, 0xaa, 0x7d, 0x76, 0xc8, 0xcf, 0x2e, 0x21, 0xf2,
    0x67, 0x81, 0x6a, 0xef, 0x1d, 0xb5, 0x07, 0xc9, 0x66, 0x55, 0xb9, 0xd5, 0xca, 0xac, 0x42, 0x36,
    0x4e, 0x6f, 0x38, 0xba, 0x0e, 0xcb, 0x75, 0x1b, 0xad, 0x54, 0xdc, 0xd6, 0xb9, 0x39, 0xc2, 0xca,
}};

/* The domain separation tag, then its length [RFC 9380, 5.3.3; draft-irtf-cfrg-bls-signature, 4.2.3]. */
static const char tag[] = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_\x2b";
#define TAG_BYTES (sizeof tag - 1)

/* expand_message_xmd of RFC 9380, 5.3.1, with SHA-256. */
static void expand(const uint8_t root[ROOT_BYTES], uint8_t uniform[NUMBERS * UNIFORM_BYTES]) {
    uint8_t message[BLOCK_BYTES + ROOT_BYTES + 3 + TAG_BYTES] = {0};
    uint8_t *end = message + BLOCK_BYTES;
    memcpy(end, root, ROOT_BYTES);
    end += ROOT_BYTES;
    *end++ = NUMBERS * UNIFORM_BYTES >> 8;
    *end++ = NUMBERS * UNIFORM_BYTES & 0xff;
    *end++ = 0;
    memcpy(end, tag, TAG_BYTES);
    zkvm_sha256_hash first, digest = {{0}};
    zkvm_sha256(message, sizeof message, &first);

    uint8_t chained[sizeof digest + 1 + TAG_BYTES];
    memcpy(chained + sizeof digest + 1, tag, TAG_BYTES);
    for (uint8_t i = 0; i < NUMBERS * UNIFORM_BYTES / sizeof digest; i++) {
        for (size_t j = 0; j < sizeof digest; j++) {
            chained[j] = first.data[j] ^ digest.data[j];
        }
        chained[sizeof digest] = i + 1;
        zkvm_sha256(chained, sizeof chained, &digest);
        memcpy(uniform + i * sizeof digest, &digest, sizeof digest);
    }
}

/* hash_to_curve of RFC 9380, 3, for BLS12381G2_XMD:SHA-256_SSWU_RO_: the maps clear the cofactor, and so does the sum. */
static zkvm_status hash_to_curve(const uint8_t root[ROOT_BYTES], zkvm_bls12_381_g2_point *point) {
    uint8_t uniform[NUMBERS * UNIFORM_BYTES];
    zkvm_bls12_381_fp2 element[2];
    zkvm_bls12_381_g2_point mapped[2];
    expand(root, uniform);
    for (size_t i = 0; i < NUMBERS; i++) {
        uint8_t *number = element[i / 2].data + i % 2 * sizeof prime;
        /* To the power of 1: the remainder. */
        if (zkvm_modexp(uniform + i * UNIFORM_BYTES, UNIFORM_BYTES, &one, 1, prime, sizeof prime, number) != ZKVM_EOK) {
            return ZKVM_EFAIL;
        }
    }
    for (size_t i = 0; i < 2; i++) {
        if (zkvm_bls12_map_fp2_to_g2(&element[i], &mapped[i]) != ZKVM_EOK) {
            return ZKVM_EFAIL;
        }
    }
    return zkvm_bls12_g2_add(&mapped[0], &mapped[1], point);
}

int main(void) {
    static const zkvm_bls12_381_g1_point infinity;
    const uint8_t *input;
    size_t size;
    zkvm_bls12_381_pairing_pair pairs[2];
    read_input(&input, &size);
    if (size != sizeof pairs[0] + ROOT_BYTES) {
        return 1;
    }
    /* e(key, hash) e(-generator, signature) = 1. */
    memcpy(&pairs[0].g1, input, sizeof pairs[0].g1);
    pairs[1].g1 = negated_generator;
    memcpy(&pairs[1].g2, input + sizeof pairs[0].g1, sizeof pairs[1].g2);
    const uint8_t *root = input + sizeof pairs[0];
    bool is_signature = false;
    /* Under the key at infinity everything would be signed. The pairing refuses points outside of the subgroups. */
    if (memcmp(&pairs[0].g1, &infinity, sizeof infinity) == 0 || hash_to_curve(root, &pairs[0].g2) != ZKVM_EOK
        || zkvm_bls12_pairing(pairs, 2, &is_signature) != ZKVM_EOK || !is_signature) {
        return 2;
    }
    write_output(pairs[0].g1.data, sizeof pairs[0].g1);
    write_output(root, ROOT_BYTES);
    return 0;
}
