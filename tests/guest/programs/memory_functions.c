/* Runs memory functions as its input says. Input: commands of 4 bytes (function, left offset, right offset, size).
   Each starts from a buffer with byte i = 7 * i + 1, and outputs it after; memcmp outputs its sign as one byte. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

enum { COPY, MOVE, SET, COMPARE };

#define BUFFER_BYTES 128

int main(void) {
    static uint8_t buffer[BUFFER_BYTES] __attribute__((aligned(8)));
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    for (const uint8_t *command = input; command != input + size; command += 4) {
        for (unsigned i = 0; i < BUFFER_BYTES; i++) {
            buffer[i] = (uint8_t)(7 * i + 1);
        }
        uint8_t *left = buffer + command[1];
        uint8_t *right = buffer + command[2];
        size_t count = command[3];
        void *returned = left;
        switch (command[0]) {
        case COPY:
            returned = memcpy(left, right, count);
            break;
        case MOVE:
            returned = memmove(left, right, count);
            break;
        case SET:
            /* Only the value's low byte counts. */
            returned = memset(left, 0x1200 + command[2], count);
            break;
        case COMPARE: {
            /* The two ranges are equal but for one byte, whose place the right offset's high bits choose. */
            static uint8_t other[BUFFER_BYTES + 8] __attribute__((aligned(8)));
            uint8_t *compared = other + command[2] % 8;
            size_t different = command[2] / 8;
            memcpy(compared, left, count);
            if (different < count) {
                compared[different] ^= 0x80;
            }
            int order = memcmp(left, compared, count);
            uint8_t sign = order < 0 ? 0xff : order > 0;
            write_output(&sign, 1);
            continue;
        }
        }
        if (returned != left) {
            return 1;
        }
        write_output(buffer, BUFFER_BYTES);
    }
    return 0;
}
