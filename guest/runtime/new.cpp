// Memory for C++ objects, from malloc. Weak, so that a program may replace each of them [C++17, replacement.functions],
// and so that a C++ library that is linked too brings its own.
#include <stddef.h>

#include "zkvm_exit.h"

extern "C" void *malloc(size_t size);
extern "C" void free(void *memory);

namespace std {
struct nothrow_t;
}

#define REPLACEABLE __attribute__((weak))

static void *allocate(size_t size) { return malloc(size == 0 ? 1 : size); }

// Without exceptions there is nobody to tell that memory has run out.
REPLACEABLE void *operator new(size_t size) {
    void *memory = allocate(size);
    if (memory == nullptr) {
        abort();
    }
    return memory;
}
REPLACEABLE void *operator new[](size_t size) { return operator new(size); }
REPLACEABLE void *operator new(size_t size, const std::nothrow_t &) noexcept { return allocate(size); }
REPLACEABLE void *operator new[](size_t size, const std::nothrow_t &) noexcept { return allocate(size); }

REPLACEABLE void operator delete(void *memory) noexcept { free(memory); }
REPLACEABLE void operator delete(void *memory, size_t) noexcept { operator delete(memory); }
REPLACEABLE void operator delete[](void *memory) noexcept { operator delete(memory); }
REPLACEABLE void operator delete[](void *memory, size_t) noexcept { operator delete[](memory); }
