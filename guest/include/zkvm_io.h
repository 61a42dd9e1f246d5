/* Input and output of a guest program. */
#ifndef ZKVM_IO_H
#define ZKVM_IO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Points at the private input, in place, and gives its size in bytes; every call answers the same.
   Aborts if the length stored with the input exceeds the input region, which only a prover can cause. */
void read_input(const uint8_t **buf_ptr, size_t *buf_size);

/* Appends size bytes to the public output. Aborts, having written nothing, if the output region would overflow. */
void write_output(const uint8_t *output, size_t size);

#ifdef __cplusplus
}
#endif

#endif
