/* Aborts where a promise is broken. Input: a balance and an amount, little-endian u64. Output: the new balance.
   A withdrawal above the balance aborts, so that no proof of it exists. */
#include "zkvm_exit.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"

static uint64_t withdraw(uint64_t balance, uint64_t amount) {
    if (amount > balance) {
        abort();
    }
    return balance - amount;
}

int main(void) {
    const uint8_t *input;
    size_t size;
    uint64_t numbers[2];
    read_input(&input, &size);
    if (size != sizeof numbers) {
        abort();
    }
    memcpy(numbers, input, sizeof numbers);
    uint64_t balance = withdraw(numbers[0], numbers[1]);
    write_output((const uint8_t *)&balance, sizeof balance);
    return 0;
}
