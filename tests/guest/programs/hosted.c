/* What a program written for an operating system expects of its C library. It prints, and touches no stream by name. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct large {
    long numbers[4];
};

static _Atomic long counter;
static _Atomic struct large pair;

static void files(void) {
    char bytes[4] = "";
    printf("%d %s\n", open("absent", O_RDONLY), strerror(errno));
    printf("%d %s\n", open("new", O_RDWR | O_CREAT, 0600), strerror(errno));
    printf("%d %s\n", unlink("old"), strerror(errno));
    printf("%d %d %s\n", fopen("new", "w") == NULL, remove("old"), strerror(errno));
    printf("%ld %ld %s\n", (long)lseek(0, 2, SEEK_SET), (long)read(0, bytes, 3), bytes);
    printf("%ld %s\n", (long)lseek(1, 0, SEEK_SET), strerror(errno));
    printf("%ld %d\n", (long)write(1, "raw\n", 4), close(7));
    struct stat status;
    printf("%d %d %d\n", fstat(0, &status), S_ISFIFO(status.st_mode), fstat(7, &status));
}

static void lines(void) {
    char *line = NULL;
    size_t size = 0;
    int number = 0;
    char word[8];
    lseek(0, 0, SEEK_SET);
    printf("%d %d %s\n", scanf("%d %7s", &number, word), number, word);
    for (ssize_t length; (length = getline(&line, &size, stdin)) != -1;) {
        printf("%d:%s|", (int)length, line);
    }
    free(line);
}

static void times(void) {
    struct timeval now;
    printf("%d %d %d\n", time(NULL) == -1, clock() == (clock_t)-1, gettimeofday(&now, NULL));
}

static void caught(int number) {
    printf("signal %d\n", number);
}

int main(int argument_count, char **arguments) {
    puts("start");
    printf("%d %s %d\n", argument_count, arguments[0], arguments[1] == NULL);
    files();
    lines();
    times();
    signal(SIGUSR1, caught);
    raise(SIGUSR1);
    counter += 2;
    atomic_fetch_or(&counter, 5);
    long expected = 7;
    atomic_compare_exchange_strong(&counter, &expected, 9);
    struct large stored = {{1, 2, 3, 4}};
    atomic_store(&pair, stored);
    printf("%ld %ld\n", counter, atomic_load(&pair).numbers[3]);
    printf("%g %.6f\n", strtod("2.5e3x", NULL), sqrt(2));
    errno = ENOENT;
    perror("perror");
    assert(getpid() == 1 && kill(1, 0) == 0);
    _Exit(8);
}
