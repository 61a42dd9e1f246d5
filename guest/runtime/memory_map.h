/* The regions of spec/memory_map.py that a runtime needs, half open, in byte addresses. A test compares the two.
   Included by C and by assembler. */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#define DOUBLEWORD_BYTES 8

#define HEAP_START 0x40000000
#define HEAP_END 0x60000000
#define STACK_START 0x70000000
#define STACK_END 0x78000000
#define INPUT_START 0xA0000000
#define INPUT_END 0xB0000000
#define OUTPUT_START 0xB0000000
#define OUTPUT_END 0xB1000000

#define INPUT_CAPACITY_BYTES (INPUT_END - INPUT_START - DOUBLEWORD_BYTES)
#define OUTPUT_CAPACITY_BYTES (OUTPUT_END - OUTPUT_START - DOUBLEWORD_BYTES)

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Input and output have one form: a length doubleword, then the bytes. */
#define INPUT_LENGTH ((const uint64_t *)(uintptr_t)INPUT_START)
#define INPUT_BYTES ((const uint8_t *)(uintptr_t)(INPUT_START + DOUBLEWORD_BYTES))
#define OUTPUT_LENGTH ((uint64_t *)(uintptr_t)OUTPUT_START)
#define OUTPUT_BYTES ((uint8_t *)(uintptr_t)(OUTPUT_START + DOUBLEWORD_BYTES))
#endif

#endif
