/* What picolibc asks of the system below it about time and processes. A guest has no clock: a run is a function of
   program and input. There is one process, and a signal that nobody handles ends it. */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "zkvm_exit.h"

#define OWN_PROCESS 1

/* time and clock answer by it and by times that they do not know, which is -1. */
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)now, (void)zone;
    errno = ENOSYS;
    return -1;
}

clock_t times(struct tms *used) {
    (void)used;
    errno = ENOSYS;
    return (clock_t)-1;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    (void)clock, (void)now;
    errno = ENOSYS;
    return -1;
}

int timespec_get(struct timespec *now, int base) {
    (void)now, (void)base;
    return 0;
}

pid_t getpid(void) {
    return OWN_PROCESS;
}

/* raise comes here with a signal that has no handler. */
int kill(pid_t process, int signal) {
    if (process != OWN_PROCESS) {
        errno = ESRCH;
        return -1;
    }
    if (signal != 0) {
        abort();
    }
    return 0;
}
