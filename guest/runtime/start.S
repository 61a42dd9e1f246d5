/* The entry of a Limpid guest: all registers are zero and all memory is loaded or zero. */
#include "memory_map.h"

    .file "start.S"
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    /* Without norelax the linker would rewrite this as a use of gp itself. */
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la tp, __tls_base
    li sp, STACK_END
    tail runtime_main
    .size _start, . - _start
