/* 64-bit arithmetic in a loop: a xorshift generator, products and sums, every eighth time a division.
   Input: the number of iterations as little-endian u64. Output: the sum, a little-endian u64.
   Exit code 1 if the input is not one number. */
#include "zkvm_io.h"

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size != sizeof(uint64_t)) {
        return 1;
    }
    uint64_t iterations = *(const uint64_t *)input;
    uint64_t state = 88172645463325252u, sum = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        sum += state * (i | 1);
        if (i % 8 == 0) {
            sum ^= state / (i + 3);
        }
    }
    write_output((const uint8_t *)&sum, sizeof sum);
    return 0;
}
