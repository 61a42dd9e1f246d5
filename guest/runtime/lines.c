/* Lines of any length [POSIX.1-2017, getdelim], which picolibc lacks. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#define FIRST_BYTES 128

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream) {
    size_t length = 0;
    if (line == NULL || size == NULL) {
        errno = EINVAL;
        return -1;
    }
    for (;;) {
        /* Room for one byte and the zero. */
        if (*line == NULL || *size < length + 2) {
            size_t larger = *line == NULL || *size < FIRST_BYTES / 2 ? FIRST_BYTES : 2 * *size;
            char *grown = realloc(*line, larger);
            if (grown == NULL) {
                errno = ENOMEM;
                return -1;
            }
            *line = grown;
            *size = larger;
        }
        int character = getc(stream);
        if (character == EOF) {
            break;
        }
        (*line)[length++] = (char)character;
        if (character == delimiter) {
            break;
        }
    }
    (*line)[length] = '\0';
    return length == 0 ? -1 : (ssize_t)length;
}

ssize_t getline(char **line, size_t *size, FILE *stream) {
    return getdelim(line, size, '\n', stream);
}
