/* Memory functions with the C standard's meaning for every alignment and size, and the heap's bounds. */
#ifndef ZKVM_MEMORY_H
#define ZKVM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *destination, const void *source, size_t size);
void *memmove(void *destination, const void *source, size_t size);
void *memset(void *destination, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);

/* The heap is the interval [_heap_start, _heap_end): zero at the start, 4096-aligned, and owned by the guest. */
extern uint8_t _heap_start[];
extern uint8_t _heap_end[];

#ifdef __cplusplus
}
#endif

#endif
