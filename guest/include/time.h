/* The C library's header, and the function of C11 that picolibc lacks. */
#ifndef LIMPID_TIME_H
#define LIMPID_TIME_H

#include_next <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TIME_UTC 1

/* The machine has no clock: 0 always, which is failure. */
int timespec_get(struct timespec *now, int base);

#ifdef __cplusplus
}
#endif

#endif
