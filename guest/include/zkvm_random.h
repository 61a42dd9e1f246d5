/* Random numbers from the host. */
#ifndef ZKVM_RANDOM_H
#define ZKVM_RANDOM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 64 random bits that the author of the input cannot foresee, independent of those of every other call.
   No proof says how they were chosen: to a verifier they are any values at all. So use them where every value is
   right and some are only slow, such as the seed of a hash table: public output and exit code must not depend on them. */
uint64_t zkvm_random_u64(void);

#ifdef __cplusplus
}
#endif

#endif
