/* Uses the C library on every side: stdio as console and input, the heap, thread-local variables, exit. The output
   is one line of what it found. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zkvm_io.h"

static _Thread_local int initialized = 5;
static _Thread_local int cleared;

int main(void) {
    char *text = malloc(100);
    char *other = malloc(1 << 20);
    if (text == NULL || other == NULL || text == other) {
        return 1;
    }
    free(other);
    int first = getchar();
    int second = getchar();
    int third = getchar();
    strtol("99999999999999999999999", NULL, 10);
    snprintf(text, 100, "%c%c %d, %d %d, %s, %.2f, %zu", first, second, third, initialized++, cleared++,
             errno == ERANGE ? "range" : "no error", 2.5, strlen("four"));
    puts(text);
    fprintf(stderr, "%d %d\n", initialized, cleared);
    write_output((const uint8_t *)text, strlen(text));
    exit(7);
}
