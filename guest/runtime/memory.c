/* Memory functions by doublewords. Compile with -fno-tree-loop-distribute-patterns, or the compiler may turn
   a loop of memcpy into a call of memcpy. */
#include "zkvm_memory.h"

#define DOUBLEWORD_BYTES 8

typedef uint64_t __attribute__((may_alias)) doubleword;
typedef uint64_t __attribute__((may_alias, aligned(1))) misaligned_doubleword;

/* One instruction at any alignment: a misaligned load costs more than an aligned one, but less than eight byte
   loads, which is what the compiler writes under -mstrict-align. */
static inline uint64_t load_anywhere(const uint8_t *address) {
    uint64_t value;
    __asm__("ld %0, %1" : "=r"(value) : "m"(*(const misaligned_doubleword *)address));
    return value;
}

static inline void store_aligned(uint8_t *address, uint64_t value) {
    *(doubleword *)address = value;
}

static inline size_t bytes_to_alignment(const uint8_t *address) {
    return -(uintptr_t)address % DOUBLEWORD_BYTES;
}

/* Correct when the destination overlaps the source from below: each step reads before it writes, and writes only
   below what the next step reads. */
static inline void copy_forward(uint8_t *to, const uint8_t *from, size_t size) {
    if (size >= DOUBLEWORD_BYTES) {
        const uint8_t *aligned = to + bytes_to_alignment(to);
        size -= (size_t)(aligned - to);
        while (to != aligned) {
            *to++ = *from++;
        }
        for (; size >= 4 * DOUBLEWORD_BYTES; size -= 4 * DOUBLEWORD_BYTES) {
            uint64_t first = load_anywhere(from);
            uint64_t second = load_anywhere(from + DOUBLEWORD_BYTES);
            uint64_t third = load_anywhere(from + 2 * DOUBLEWORD_BYTES);
            uint64_t fourth = load_anywhere(from + 3 * DOUBLEWORD_BYTES);
            store_aligned(to, first);
            store_aligned(to + DOUBLEWORD_BYTES, second);
            store_aligned(to + 2 * DOUBLEWORD_BYTES, third);
            store_aligned(to + 3 * DOUBLEWORD_BYTES, fourth);
            to += 4 * DOUBLEWORD_BYTES;
            from += 4 * DOUBLEWORD_BYTES;
        }
        for (; size >= DOUBLEWORD_BYTES; size -= DOUBLEWORD_BYTES) {
            store_aligned(to, load_anywhere(from));
            to += DOUBLEWORD_BYTES;
            from += DOUBLEWORD_BYTES;
        }
    }
    for (const uint8_t *end = to + size; to != end;) {
        *to++ = *from++;
    }
}

/* Takes the ends of both ranges; the mirror image of copy_forward. */
static inline void copy_backward(uint8_t *to_end, const uint8_t *from_end, size_t size) {
    if (size >= DOUBLEWORD_BYTES) {
        size_t misaligned_bytes = (uintptr_t)to_end % DOUBLEWORD_BYTES;
        size -= misaligned_bytes;
        for (; misaligned_bytes != 0; misaligned_bytes--) {
            *--to_end = *--from_end;
        }
        for (; size >= DOUBLEWORD_BYTES; size -= DOUBLEWORD_BYTES) {
            to_end -= DOUBLEWORD_BYTES;
            from_end -= DOUBLEWORD_BYTES;
            store_aligned(to_end, load_anywhere(from_end));
        }
    }
    for (; size != 0; size--) {
        *--to_end = *--from_end;
    }
}

void *memcpy(void *destination, const void *source, size_t size) {
    copy_forward(destination, source, size);
    return destination;
}

void *memmove(void *destination, const void *source, size_t size) {
    uint8_t *to = destination;
    const uint8_t *from = source;
    /* As unsigned numbers: below size exactly when the destination begins inside the source. */
    if ((uintptr_t)to - (uintptr_t)from < size) {
        copy_backward(to + size, from + size, size);
    } else {
        copy_forward(to, from, size);
    }
    return destination;
}

void *memset(void *destination, int byte, size_t size) {
    uint8_t *to = destination;
    if (size >= DOUBLEWORD_BYTES) {
        uint64_t repeated = (uint8_t)byte * UINT64_C(0x0101010101010101);
        const uint8_t *aligned = to + bytes_to_alignment(to);
        size -= (size_t)(aligned - to);
        while (to != aligned) {
            *to++ = (uint8_t)byte;
        }
        for (const uint8_t *end = to + size / DOUBLEWORD_BYTES * DOUBLEWORD_BYTES; to != end; to += DOUBLEWORD_BYTES) {
            store_aligned(to, repeated);
        }
        size %= DOUBLEWORD_BYTES;
    }
    for (const uint8_t *end = to + size; to != end;) {
        *to++ = (uint8_t)byte;
    }
    return destination;
}

int memcmp(const void *left, const void *right, size_t size) {
    const uint8_t *a = left;
    const uint8_t *b = right;
    /* Skips equal doublewords; the bytes of the first different one decide below. */
    while (size >= DOUBLEWORD_BYTES && load_anywhere(a) == load_anywhere(b)) {
        a += DOUBLEWORD_BYTES;
        b += DOUBLEWORD_BYTES;
        size -= DOUBLEWORD_BYTES;
    }
    for (; size != 0; size--, a++, b++) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}
