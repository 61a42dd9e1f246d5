/* Spans: named parts of a run, which `limpid run --profile` counts: how often each was entered, and the instructions in
   it. They may nest, and the same name may be used many times.

   As with the console, both functions do nothing on the machine: it has no counter that a program could read, for what a
   run computes must not depend on what it costs. The host knows them by their symbols and looks at their arguments when
   they are called, so a call costs a proof the instructions of the call. */
#ifndef LIMPID_SPAN_H
#define LIMPID_SPAN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Begin and end the span of this name, of so many bytes. */
void limpid_span_begin(const char *name, size_t size);
void limpid_span_end(const char *name, size_t size);

#ifdef __cplusplus
}
#endif

/* The same for a name that is a string literal. */
#define LIMPID_SPAN_BEGIN(name) limpid_span_begin(name, sizeof(name) - 1)
#define LIMPID_SPAN_END(name) limpid_span_end(name, sizeof(name) - 1)

#endif
