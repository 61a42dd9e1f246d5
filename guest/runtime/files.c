/* What picolibc asks of the system below it about files. There are three, and no other can be made: standard input is
   the private input, standard output and error are the console, which is no part of the public output. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limpid_console.h"
#include "zkvm_io.h"

static size_t position;

ssize_t read(int file, void *buffer, size_t size) {
    const uint8_t *input;
    size_t input_size;
    if (file != STDIN_FILENO) {
        errno = EBADF;
        return -1;
    }
    read_input(&input, &input_size);
    size_t left = position < input_size ? input_size - position : 0;
    size_t count = size < left ? size : left;
    __builtin_memcpy(buffer, input + position, count);
    position += count;
    return (ssize_t)count;
}

ssize_t write(int file, const void *buffer, size_t size) {
    if (file != STDOUT_FILENO && file != STDERR_FILENO) {
        errno = EBADF;
        return -1;
    }
    limpid_console_write(buffer, size);
    return (ssize_t)size;
}

off_t lseek(int file, off_t offset, int whence) {
    const uint8_t *input;
    size_t input_size;
    if (file != STDIN_FILENO) {
        errno = file == STDOUT_FILENO || file == STDERR_FILENO ? ESPIPE : EBADF;
        return -1;
    }
    read_input(&input, &input_size);
    off_t start = whence == SEEK_CUR ? (off_t)position : whence == SEEK_END ? (off_t)input_size : 0;
    if ((whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) || offset < -start) {
        errno = EINVAL;
        return -1;
    }
    position = (size_t)(start + offset);
    return start + offset;
}

int close(int file) {
    if (file < STDIN_FILENO || file > STDERR_FILENO) {
        errno = EBADF;
        return -1;
    }
    return 0;
}

/* No file has a name: reading finds none, and the world is read-only. */
int open(const char *path, int flags, ...) {
    (void)path;
    errno = (flags & O_CREAT) != 0 || (flags & O_ACCMODE) != O_RDONLY ? EROFS : ENOENT;
    return -1;
}

int stat(const char *restrict path, struct stat *restrict status) {
    (void)path, (void)status;
    errno = ENOENT;
    return -1;
}

/* The three files are not on a disk, and no terminal. */
int fstat(int file, struct stat *status) {
    if (file < STDIN_FILENO || file > STDERR_FILENO) {
        errno = EBADF;
        return -1;
    }
    __builtin_memset(status, 0, sizeof *status);
    status->st_mode = S_IFIFO | (file == STDIN_FILENO ? S_IRUSR : S_IWUSR);
    return 0;
}

int access(const char *path, int mode) {
    (void)path, (void)mode;
    errno = ENOENT;
    return -1;
}

int unlink(const char *path) {
    (void)path;
    errno = EROFS;
    return -1;
}

int rename(const char *old_path, const char *new_path) {
    (void)old_path, (void)new_path;
    errno = EROFS;
    return -1;
}

int isatty(int file) {
    (void)file;
    errno = ENOTTY;
    return 0;
}

static int put(char character, FILE *stream) {
    (void)stream;
    return limpid_console_put((unsigned char)character);
}

static int get(FILE *stream) {
    uint8_t byte;
    (void)stream;
    return read(STDIN_FILENO, &byte, 1) == 1 ? byte : _FDEV_EOF;
}

static FILE input_stream = FDEV_SETUP_STREAM(NULL, get, NULL, _FDEV_SETUP_READ);
static FILE output_stream = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
static FILE error_stream = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);

FILE *const stdin = &input_stream;
FILE *const stdout = &output_stream;
FILE *const stderr = &error_stream;
