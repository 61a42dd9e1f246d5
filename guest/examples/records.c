/* Adds numbers in packed records, by misaligned loads. Input: records of 13 bytes, each a tag of one byte, a
   little-endian u32 count and a little-endian u64 price. Output: the sum of count times price modulo 2^64 over the
   records with tag 1. Exit code 1 if the input ends inside a record. */
#include "zkvm_io.h"

struct __attribute__((packed)) record {
    uint8_t tag;
    uint32_t count;
    uint64_t price;
};

/* The machine loads at any address. The compiler is told to avoid that, so it has to be asked for. */
static inline uint64_t load_count(const struct record *record) {
    uint64_t count;
    __asm__("lwu %0, 1(%1)" : "=r"(count) : "r"(record), "m"(*record));
    return count;
}

static inline uint64_t load_price(const struct record *record) {
    uint64_t price;
    __asm__("ld %0, 5(%1)" : "=r"(price) : "r"(record), "m"(*record));
    return price;
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size % sizeof(struct record) != 0) {
        return 1;
    }
    uint64_t sum = 0;
    const struct record *records = (const struct record *)input;
    for (size_t i = 0; i < size / sizeof(struct record); i++) {
        if (records[i].tag == 1) {
            sum += load_count(&records[i]) * load_price(&records[i]);
        }
    }
    write_output((const uint8_t *)&sum, sizeof sum);
    return 0;
}
