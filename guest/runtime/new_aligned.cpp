// The same as new.cpp for objects that are aligned to more than malloc gives. Apart, so that a program whose own
// allocator has no aligned_alloc links without these.
#include <stddef.h>

#include "zkvm_exit.h"

extern "C" void *aligned_alloc(size_t alignment, size_t size);
extern "C" void free(void *memory);

namespace std {
enum class align_val_t : size_t {};
struct nothrow_t;
}  // namespace std

#define REPLACEABLE __attribute__((weak))

static void *allocate(size_t size, std::align_val_t alignment) {
    return aligned_alloc(static_cast<size_t>(alignment), size == 0 ? 1 : size);
}

REPLACEABLE void *operator new(size_t size, std::align_val_t alignment) {
    void *memory = allocate(size, alignment);
    if (memory == nullptr) {
        abort();
    }
    return memory;
}
REPLACEABLE void *operator new[](size_t size, std::align_val_t alignment) { return operator new(size, alignment); }
REPLACEABLE void *operator new(size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept {
    return allocate(size, alignment);
}
REPLACEABLE void *operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept {
    return allocate(size, alignment);
}

REPLACEABLE void operator delete(void *memory, std::align_val_t) noexcept { free(memory); }
REPLACEABLE void operator delete(void *memory, size_t, std::align_val_t) noexcept { free(memory); }
REPLACEABLE void operator delete[](void *memory, std::align_val_t) noexcept { free(memory); }
REPLACEABLE void operator delete[](void *memory, size_t, std::align_val_t) noexcept { free(memory); }
