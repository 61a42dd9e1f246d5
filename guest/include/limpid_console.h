/* The console: text for the host, to debug a guest by. It is no part of the public output or of what is proven.

   Both functions do nothing on the machine: the host knows them by their symbols and looks at their arguments when
   they are called. So a call costs a proof the instructions of the call, and a program without symbols says nothing. */
#ifndef LIMPID_CONSOLE_H
#define LIMPID_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shows size bytes of text. */
void limpid_console_write(const void *text, size_t size);

/* Shows one byte, and returns its argument. */
int limpid_console_put(int character);

#ifdef __cplusplus
}
#endif

#endif
