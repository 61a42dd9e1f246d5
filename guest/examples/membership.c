/* Knows a member of a set without showing which. The set is a Merkle tree of 64-bit leaves under a toy hash, which
   mixes well and is not secure: the sha256 example has a real one. Input: depth and position (u64 each), the leaf,
   then the siblings from the leaf up, all little-endian u64. Output: the root. Exit code 1 if the input's size is
   wrong. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

#define DEEPEST 64

/* The finalizer of splitmix64. */
static uint64_t mixed(uint64_t word) {
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

static uint64_t parent(uint64_t left, uint64_t right) {
    return mixed(mixed(left) + 3 * right + 1);
}

int main(void) {
    const uint8_t *input;
    size_t size;
    uint64_t words[3 + DEEPEST];
    read_input(&input, &size);
    if (size < 3 * sizeof words[0] || size > sizeof words || size % sizeof words[0] != 0) {
        return 1;
    }
    memcpy(words, input, size);
    uint64_t depth = words[0], position = words[1], node = words[2];
    if (size != (3 + depth) * sizeof words[0]) {
        return 1;
    }
    for (uint64_t level = 0; level < depth; level++) {
        uint64_t sibling = words[3 + level];
        node = position >> level & 1 ? parent(sibling, node) : parent(node, sibling);
    }
    write_output((const uint8_t *)&node, sizeof node);
    return 0;
}
