/* Adds up the bytes of the private input. Output: the sum, a little-endian u64. */
#include "zkvm_io.h"

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);

    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += input[i];
    }
    write_output((const uint8_t *)&sum, sizeof sum);
    return 0;
}
