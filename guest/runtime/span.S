/* The functions of limpid_span.h. The host observes their arguments in a0 and a1. */
    .file "span.S"

    .section .text.limpid_span_begin, "ax", @progbits
    .globl limpid_span_begin
    .type limpid_span_begin, @function
limpid_span_begin:
    ret
    .size limpid_span_begin, . - limpid_span_begin

    /* A section of its own, and never an alias: the host tells the two apart by their addresses. */
    .section .text.limpid_span_end, "ax", @progbits
    .globl limpid_span_end
    .type limpid_span_end, @function
limpid_span_end:
    ret
    .size limpid_span_end, . - limpid_span_end
