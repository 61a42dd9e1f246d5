/* A library's memory functions, which must lose against the SDK's. */
#include <stddef.h>

void *memcpy(void *destination, const void *source, size_t size) {
    (void)source;
    (void)size;
    return destination;
}
