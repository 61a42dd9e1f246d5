/* The C library's header, and the two functions of POSIX.1-2017 that picolibc lacks. */
#ifndef LIMPID_STDIO_H
#define LIMPID_STDIO_H

#include_next <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Read a line of any length into memory of malloc, which grows; the number of bytes, or -1 at the end of the input. */
ssize_t getline(char **line, size_t *size, FILE *stream);
ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream);

#ifdef __cplusplus
}
#endif

#endif
