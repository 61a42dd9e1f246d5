/* What compiled C++ asks of its runtime [Itanium C++ ABI, 3.2.6, 3.3.2, 3.3.5]. Weak, so that a C++ library that is
   linked too brings its own. */
#include <stdint.h>

#include "zkvm_exit.h"

__attribute__((weak)) void *__dso_handle;

__attribute__((weak, noreturn)) void __cxa_pure_virtual(void) {
    abort();
}

/* Guards of static variables inside functions; there is one thread. */
__attribute__((weak)) int __cxa_guard_acquire(uint64_t *guard) {
    return *(uint8_t *)guard == 0;
}

__attribute__((weak)) void __cxa_guard_release(uint64_t *guard) {
    *(uint8_t *)guard = 1;
}

__attribute__((weak)) void __cxa_guard_abort(uint64_t *guard) {
    (void)guard;
}
