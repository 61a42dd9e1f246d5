/* What every runtime does between its _start and its exit. */
#include "memory_map.h"
#include "zkvm_exit.h"

typedef void (*constructor)(void);

/* The linker script's bounds of the table of constructors. */
extern const constructor __init_array_start[];
extern const constructor __init_array_end[];

int main(void);

__attribute__((noreturn)) void runtime_main(void) {
    *OUTPUT_LENGTH = 0;
    for (const constructor *entry = __init_array_start; entry != __init_array_end; entry++) {
        (*entry)();
    }
    zkvm_exit(main());
}
