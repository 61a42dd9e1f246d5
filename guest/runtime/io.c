/* Input and output as memory: the regions are read and written in place. */
#include "zkvm_io.h"

#include "memory_map.h"
#include "zkvm_exit.h"
#include "zkvm_memory.h"

void read_input(const uint8_t **buf_ptr, size_t *buf_size) {
    uint64_t length = *INPUT_LENGTH;
    /* The whole region is the prover's choice, its length doubleword too. */
    if (length > INPUT_CAPACITY_BYTES) {
        abort();
    }
    *buf_ptr = INPUT_BYTES;
    *buf_size = length;
}

void write_output(const uint8_t *output, size_t size) {
    uint64_t length = *OUTPUT_LENGTH;
    /* The first comparison holds unless the guest overwrote the length; then the difference would wrap. */
    if (length > OUTPUT_CAPACITY_BYTES || size > OUTPUT_CAPACITY_BYTES - length) {
        abort();
    }
    /* The region is zero at the start, so the last doubleword ends in zeros without being cleared. */
    memcpy(OUTPUT_BYTES + length, output, size);
    *OUTPUT_LENGTH = length + size;
}
