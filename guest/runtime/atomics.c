/* Atomic operations on a machine with one hart: plain loads and stores [GCC manual, "Built-in Functions for Memory Model
   Aware Atomic Operations"]. The compiler calls these where the instruction set has no atomic instructions. */
#include <stdbool.h>
#include <stdint.h>

#include "zkvm_memory.h"

/* GCC and clang take these names for built-in functions, whose types they know: so they are defined under others. */
#define NAMED(symbol) __asm__(symbol)

#define FETCH_AND(bytes, type, name, new_value)                                                                        \
    type fetch_##name##_##bytes(type *object, type value, int order) NAMED("__atomic_fetch_" #name "_" #bytes);        \
    type fetch_##name##_##bytes(type *object, type value, int order) {                                                 \
        (void)order;                                                                                                   \
        type old = *object;                                                                                            \
        *object = (type)(new_value);                                                                                   \
        return old;                                                                                                    \
    }                                                                                                                  \
    type sync_##name##_##bytes(type *object, type value) NAMED("__sync_fetch_and_" #name "_" #bytes);                  \
    type sync_##name##_##bytes(type *object, type value) {                                                             \
        return fetch_##name##_##bytes(object, value, 0);                                                               \
    }

#define ATOMICS(bytes, type)                                                                                           \
    FETCH_AND(bytes, type, add, old + value)                                                                           \
    FETCH_AND(bytes, type, sub, old - value)                                                                           \
    FETCH_AND(bytes, type, and, old &value)                                                                            \
    FETCH_AND(bytes, type, or, old | value)                                                                            \
    FETCH_AND(bytes, type, xor, old ^ value)                                                                           \
    FETCH_AND(bytes, type, nand, ~(old & value))                                                                       \
    type load_##bytes(const type *object, int order) NAMED("__atomic_load_" #bytes);                                   \
    type load_##bytes(const type *object, int order) {                                                                 \
        (void)order;                                                                                                   \
        return *object;                                                                                                \
    }                                                                                                                  \
    void store_##bytes(type *object, type value, int order) NAMED("__atomic_store_" #bytes);                           \
    void store_##bytes(type *object, type value, int order) {                                                          \
        (void)order;                                                                                                   \
        *object = value;                                                                                               \
    }                                                                                                                  \
    type exchange_##bytes(type *object, type value, int order) NAMED("__atomic_exchange_" #bytes);                     \
    type exchange_##bytes(type *object, type value, int order) {                                                       \
        (void)order;                                                                                                   \
        type old = *object;                                                                                            \
        *object = value;                                                                                               \
        return old;                                                                                                    \
    }                                                                                                                  \
    bool compare_##bytes(type *object, type *expected, type value, bool weak, int success, int failure)                \
        NAMED("__atomic_compare_exchange_" #bytes);                                                                    \
    bool compare_##bytes(type *object, type *expected, type value, bool weak, int success, int failure) {              \
        (void)weak, (void)success, (void)failure;                                                                      \
        if (*object == *expected) {                                                                                    \
            *object = value;                                                                                           \
            return true;                                                                                               \
        }                                                                                                              \
        *expected = *object;                                                                                           \
        return false;                                                                                                  \
    }                                                                                                                  \
    type sync_compare_##bytes(type *object, type expected, type value) NAMED("__sync_val_compare_and_swap_" #bytes);   \
    type sync_compare_##bytes(type *object, type expected, type value) {                                               \
        compare_##bytes(object, &expected, value, false, 0, 0);                                                        \
        return expected;                                                                                               \
    }                                                                                                                  \
    bool sync_swapped_##bytes(type *object, type expected, type value)                                                 \
        NAMED("__sync_bool_compare_and_swap_" #bytes);                                                                 \
    bool sync_swapped_##bytes(type *object, type expected, type value) {                                               \
        return compare_##bytes(object, &expected, value, false, 0, 0);                                                 \
    }                                                                                                                  \
    type sync_test_and_set_##bytes(type *object, type value) NAMED("__sync_lock_test_and_set_" #bytes);                \
    type sync_test_and_set_##bytes(type *object, type value) {                                                         \
        return exchange_##bytes(object, value, 0);                                                                     \
    }

ATOMICS(1, uint8_t)
ATOMICS(2, uint16_t)
ATOMICS(4, uint32_t)
ATOMICS(8, uint64_t)
ATOMICS(16, unsigned __int128)

/* Objects of any size. */
void load_any(size_t size, const void *object, void *result, int order) NAMED("__atomic_load");
void load_any(size_t size, const void *object, void *result, int order) {
    (void)order;
    memcpy(result, object, size);
}

void store_any(size_t size, void *object, const void *value, int order) NAMED("__atomic_store");
void store_any(size_t size, void *object, const void *value, int order) {
    (void)order;
    memcpy(object, value, size);
}

void exchange_any(size_t size, void *object, const void *value, void *old, int order) NAMED("__atomic_exchange");
void exchange_any(size_t size, void *object, const void *value, void *old, int order) {
    (void)order;
    memcpy(old, object, size);
    memcpy(object, value, size);
}

bool compare_any(size_t size, void *object, void *expected, const void *value, int success, int failure)
    NAMED("__atomic_compare_exchange");
bool compare_any(size_t size, void *object, void *expected, const void *value, int success, int failure) {
    (void)success, (void)failure;
    if (memcmp(object, expected, size) == 0) {
        memcpy(object, value, size);
        return true;
    }
    memcpy(expected, object, size);
    return false;
}

bool is_lock_free(size_t size, const void *object) NAMED("__atomic_is_lock_free");
bool is_lock_free(size_t size, const void *object) {
    (void)size, (void)object;
    return true;
}

/* Fences that the compiler does not write itself. */
void synchronize(void) NAMED("__sync_synchronize");
void synchronize(void) {
}
