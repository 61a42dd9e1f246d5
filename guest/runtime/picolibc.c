/* What picolibc asks of the system below it. Standard output and error are the console, which is no part of the
   public output; standard input reads the private input. The heap is the linker script's. */
#include <stdio.h>

#include "limpid_console.h"
#include "zkvm_io.h"

static int put(char character, FILE *stream) {
    (void)stream;
    return limpid_console_put((unsigned char)character);
}

static int get(FILE *stream) {
    static size_t position;
    const uint8_t *input;
    size_t size;
    (void)stream;
    read_input(&input, &size);
    return position < size ? input[position++] : _FDEV_EOF;
}

static FILE console = FDEV_SETUP_STREAM(put, get, NULL, _FDEV_SETUP_RW);

FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;
