/* The entry under Linux: the kernel's stack serves until the guest's own is mapped. */
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
    call linux_prepare
    li sp, STACK_END
    tail runtime_main
    .size _start, . - _start
