/* A random sequence of allocations, seeded by the input, each filled with a pattern that must stand until its end. Output:
   as u64s, how many were checked, and the bytes of the heap that were ever handed out. Exit code 1 to 5: what broke. */
#include <stdint.h>
#include <stdlib.h>

#include "zkvm_io.h"
#include "zkvm_memory.h"

#define SLOTS 64

static uint64_t state;
static uint8_t *memory[SLOTS];
static size_t sizes[SLOTS];
static uint8_t *highest = _heap_start;

static uint64_t next_random(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

static void fill(int slot) {
    for (size_t i = 0; i < sizes[slot]; i++) {
        memory[slot][i] = (uint8_t)(31 * slot + i);
    }
    if (memory[slot] + sizes[slot] > highest) {
        highest = memory[slot] + sizes[slot];
    }
}

static int holds(int slot, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (memory[slot][i] != (uint8_t)(31 * slot + i)) {
            return 0;
        }
    }
    return 1;
}

static int is_aligned(const void *address, size_t alignment) {
    return (uintptr_t)address % alignment == 0;
}

int main(void) {
    const uint8_t *input;
    size_t input_size;
    uint64_t checked = 0;
    read_input(&input, &input_size);
    memcpy(&state, input, sizeof state);
    for (int step = 0; step < 600; step++) {
        int slot = (int)(next_random() % SLOTS);
        size_t size = next_random() % (step % 100 == 0 ? 20000 : 200);
        if (memory[slot] != NULL && !holds(slot, sizes[slot])) {
            return 1;
        }
        checked++;
        switch (next_random() % 5) {
        case 0: {
            uint8_t *moved = realloc(memory[slot], size);
            memory[slot] = moved;
            if (!holds(slot, size < sizes[slot] ? size : sizes[slot])) {
                return 2;
            }
            sizes[slot] = size;
            fill(slot);
            break;
        }
        case 1:
            free(memory[slot]);
            memory[slot] = calloc(size, 1);
            for (size_t i = 0; i < size; i++) {
                if (memory[slot][i] != 0) {
                    return 3;
                }
            }
            sizes[slot] = size;
            fill(slot);
            break;
        case 2: {
            size_t alignment = (size_t)8 << next_random() % 8;
            free(memory[slot]);
            memory[slot] = aligned_alloc(alignment, size);
            if (!is_aligned(memory[slot], alignment)) {
                return 4;
            }
            sizes[slot] = size;
            fill(slot);
            break;
        }
        case 3:
            free(memory[slot]);
            memory[slot] = NULL;
            sizes[slot] = 0;
            break;
        default:
            free(memory[slot]);
            memory[slot] = malloc(size);
            sizes[slot] = size;
            fill(slot);
        }
    }
    for (int slot = 0; slot < SLOTS; slot++) {
        if (!holds(slot, sizes[slot])) {
            return 1;
        }
        free(memory[slot]);
    }
    /* All is free again, so it is one piece: the whole heap but for one header. */
    uint8_t *all = malloc((size_t)(_heap_end - _heap_start) - 24);
    if (all == NULL || malloc(1) != NULL) {
        return 5;
    }
    uint64_t facts[] = {checked, (uint64_t)(highest - _heap_start)};
    write_output((const uint8_t *)facts, sizeof facts);
    return 0;
}
