// Memory for C++ objects: from malloc, which the C library brings.
#include <stddef.h>

#include "zkvm_exit.h"

extern "C" void *malloc(size_t size);
extern "C" void free(void *memory);

// Without exceptions there is nobody to tell that memory has run out.
static void *allocate(size_t size) {
    void *memory = malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        abort();
    }
    return memory;
}

void *operator new(size_t size) { return allocate(size); }
void *operator new[](size_t size) { return allocate(size); }
void operator delete(void *memory) noexcept { free(memory); }
void operator delete[](void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }
void operator delete[](void *memory, size_t) noexcept { free(memory); }
