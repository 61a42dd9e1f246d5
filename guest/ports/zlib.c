/* Packs the private input with zlib and outputs the packed bytes, after having unpacked and compared them. */
#include <stdlib.h>
#include <string.h>

#include "zkvm_io.h"
#include "zlib.h"

int main(void) {
    const uint8_t *text;
    size_t size;
    read_input(&text, &size);
    uLongf packed_size = compressBound(size);
    uLongf unpacked_size = size;
    Bytef *packed = malloc(packed_size);
    Bytef *unpacked = malloc(size + 1);
    if (packed == NULL || unpacked == NULL || compress(packed, &packed_size, text, size) != Z_OK) {
        return 1;
    }
    if (uncompress(unpacked, &unpacked_size, packed, packed_size) != Z_OK || unpacked_size != size ||
        memcmp(unpacked, text, size) != 0) {
        return 2;
    }
    write_output(packed, packed_size);
    return 0;
}
