/* Prints to the console, which is no part of the public output. Input: a name, at most 60 bytes. Output: a greeting
   without the name. Exit code 1 if the name is too long. */
#include <stdio.h>
#include <string.h>

#include "zkvm_io.h"

int main(void) {
    const uint8_t *name;
    size_t size;
    read_input(&name, &size);
    if (size > 60) {
        fprintf(stderr, "a name of %zu bytes is too long\n", size);
        return 1;
    }
    printf("Hello, %.*s!\n", (int)size, (const char *)name);
    const char *greeting = "Hello, somebody!";
    write_output((const uint8_t *)greeting, strlen(greeting));
    return 0;
}
