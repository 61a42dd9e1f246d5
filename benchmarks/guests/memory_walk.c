/* Memory in every width: scattered doublewords of a table are read and written, and one byte, half and word of each.
   Input: the number of steps as little-endian u64. Output: the sum of all that was read, a little-endian u64.
   Exit code 1 if the input is not one number. */
#include "zkvm_io.h"

#define TABLE_DOUBLEWORDS 16384

static uint64_t table[TABLE_DOUBLEWORDS];

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size != sizeof(uint64_t)) {
        return 1;
    }
    uint64_t steps = *(const uint64_t *)input;
    uint64_t position = 1, sum = 0;
    for (uint64_t i = 0; i < steps; i++) {
        /* An odd multiplier visits every doubleword before it comes back to one. */
        position = (position * 5 + 1) % TABLE_DOUBLEWORDS;
        volatile uint64_t *doubleword = &table[position];
        *doubleword += i;
        sum += ((volatile uint8_t *)doubleword)[1];
        ((volatile uint16_t *)doubleword)[1] = (uint16_t)i;
        sum += ((volatile int32_t *)doubleword)[1];
        sum += *doubleword;
    }
    write_output((const uint8_t *)&sum, sizeof sum);
    return 0;
}
