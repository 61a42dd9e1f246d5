/* Writes "abc", then as many zero bytes as the input, a little-endian u64, says. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

int main(void) {
    const uint8_t *input;
    size_t input_size;
    uint64_t size;
    read_input(&input, &input_size);
    memcpy(&size, input, sizeof size);
    write_output((const uint8_t *)"abc", 3);
    write_output(_heap_start, size);
    return 0;
}
