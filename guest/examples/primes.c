/* The sieve of Eratosthenes in memory from malloc. Input: a limit, a little-endian u32. Output: the number of primes
   below it and the largest of them, 0 if there is none, little-endian u32. Exit code 1 if the input is not 4 bytes,
   2 if the heap is too small. */
#include <stdlib.h>
#include <string.h>

#include "zkvm_io.h"

int main(void) {
    const uint8_t *input;
    size_t size;
    uint32_t limit;
    read_input(&input, &size);
    if (size != sizeof limit) {
        return 1;
    }
    memcpy(&limit, input, sizeof limit);
    uint8_t *is_composite = calloc((size_t)limit + 1, 1);
    if (is_composite == NULL) {
        return 2;
    }
    uint32_t found[2] = {0, 0};
    for (uint64_t number = 2; number < limit; number++) {
        if (is_composite[number]) {
            continue;
        }
        found[0]++;
        found[1] = (uint32_t)number;
        for (uint64_t multiple = number * number; multiple < limit; multiple += number) {
            is_composite[multiple] = 1;
        }
    }
    free(is_composite);
    write_output((const uint8_t *)found, sizeof found);
    return 0;
}
