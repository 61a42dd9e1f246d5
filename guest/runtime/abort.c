/* Abnormal termination. */
#include "zkvm_exit.h"

void abort(void) {
    __asm__ volatile("ebreak");
    __builtin_unreachable();
}
