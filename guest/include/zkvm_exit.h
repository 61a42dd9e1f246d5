/* How a guest program ends before main returns. Returning from main is the C standard's exit with main's result: it
   runs the handlers of atexit and the destructors of static objects, then ends the program by zkvm_exit. */
#ifndef ZKVM_EXIT_H
#define ZKVM_EXIT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Ends the program at once: no handler or destructor runs. 0 is success. The code is public, sign-extended to 64
   bits. */
void zkvm_exit(int code) __attribute__((noreturn));

/* Ends the program abnormally, with a trap: no proof exists of such a run. */
void abort(void) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
