/* The C standard's exit, and the name by which a C library ends a program. The machine stops at once: handlers
   registered with atexit do not run. */
#include "zkvm_exit.h"

__attribute__((noreturn)) void exit(int code) {
    zkvm_exit(code);
}

__attribute__((noreturn)) void _exit(int code) {
    zkvm_exit(code);
}
