/* Random numbers from the host. */
#include "zkvm_random.h"

#include "calls.h"

uint64_t zkvm_random_u64(void) {
    return limpid_advice(LIMPID_ADVICE_RANDOM, 0, 0, 0);
}
