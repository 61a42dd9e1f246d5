/* Fibonacci numbers modulo 2^64. Input: n, a little-endian u64. Output: F(n), a little-endian u64; F(0) = 0.
   Exit code 1 if the input is not 8 bytes. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

int main(void) {
    const uint8_t *input;
    size_t size;
    uint64_t n;
    read_input(&input, &size);
    if (size != sizeof n) {
        return 1;
    }
    memcpy(&n, input, sizeof n);

    uint64_t current = 0;
    uint64_t next = 1;
    for (; n != 0; n--) {
        uint64_t sum = current + next;
        current = next;
        next = sum;
    }
    write_output((const uint8_t *)&current, sizeof current);
    return 0;
}
