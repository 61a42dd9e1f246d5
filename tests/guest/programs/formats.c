/* Prints by formats from the input: each is a kind (d: double, i: int64, s: the text "text"), a zero-terminated format,
   and 8 bytes of the value. The output is what is printed, each with a newline. */
#include <stdio.h>
#include <string.h>

#include "zkvm_io.h"

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    for (size_t at = 0; at < size;) {
        static char line[4096];
        char kind = (char)input[at++];
        const char *format = (const char *)input + at;
        at += strlen(format) + 1;
        double real;
        int64_t integer;
        memcpy(&real, input + at, 8);
        memcpy(&integer, input + at, 8);
        at += 8;
        int length = kind == 'd'   ? snprintf(line, sizeof line, format, real)
                     : kind == 'q' ? snprintf(line, sizeof line, format, (long double)real)
                     : kind == 'i' ? snprintf(line, sizeof line, format, integer)
                                   : snprintf(line, sizeof line, format, "text");
        if (length != (int)strlen(line)) {
            return 1;
        }
        write_output((const uint8_t *)line, (size_t)length);
        write_output((const uint8_t *)"\n", 1);
    }
    return 0;
}
