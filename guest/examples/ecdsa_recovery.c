/* Who signed: the Ethereum address behind an ECDSA signature over secp256k1. Input: the hash of the message (32 bytes),
   r, s (32 bytes each) and the recovery identifier (one byte, 0 to 3). Output: the hash, then the 20 bytes of the
   address. Exit code 1 if the input's size is wrong, 2 if no key made this signature. */
#include "zkvm_accelerators.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"

#define ADDRESS_BYTES 20

int main(void) {
    const uint8_t *input;
    size_t size;
    zkvm_secp256k1_hash message;
    zkvm_secp256k1_signature signature;
    zkvm_secp256k1_pubkey key;
    zkvm_keccak256_hash digest;
    read_input(&input, &size);
    if (size != sizeof message + sizeof signature + 1) {
        return 1;
    }
    memcpy(&message, input, sizeof message);
    memcpy(&signature, input + sizeof message, sizeof signature);
    if (zkvm_secp256k1_ecrecover(&message, &signature, input[size - 1], &key) != ZKVM_EOK) {
        return 2;
    }
    zkvm_keccak256(key.data, sizeof key, &digest);
    write_output(message.data, sizeof message);
    write_output(digest.data + sizeof digest - ADDRESS_BYTES, ADDRESS_BYTES);
    return 0;
}
