/* Keccak-256, as Ethereum has it, by the library's accelerator. Input: any bytes. Output: the 32 bytes of their
   digest. */
#include "zkvm_accelerators.h"
#include "zkvm_io.h"

int main(void) {
    const uint8_t *message;
    size_t size;
    zkvm_keccak256_hash digest;
    read_input(&message, &size);
    zkvm_keccak256(message, size, &digest);
    write_output(digest.data, sizeof digest);
    return 0;
}
