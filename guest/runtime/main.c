/* What every runtime does between its _start and its exit. */
#include <stddef.h>

#include "memory_map.h"
#include "zkvm_exit.h"

typedef void (*constructor)(void);

/* The linker script's bounds of the tables of constructors. */
extern const constructor __preinit_array_start[];
extern const constructor __preinit_array_end[];
extern const constructor __init_array_start[];
extern const constructor __init_array_end[];

int main(int argument_count, char **arguments);

__attribute__((noreturn)) void exit(int code);

/* Inputs come by read_input: a guest has no command line but its name. */
static char name[] = "guest";
static char *arguments[] = {name, NULL};

static inline void run(const constructor *first, const constructor *end) {
    for (; first != end; first++) {
        (*first)();
    }
}

__attribute__((noreturn)) void runtime_main(void) {
    *OUTPUT_LENGTH = 0;
    run(__preinit_array_start, __preinit_array_end);
    run(__init_array_start, __init_array_end);
    exit(main(1, arguments));
}
