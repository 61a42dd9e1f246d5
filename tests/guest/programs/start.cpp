// Outputs what a program may rely on before main: constructors in order of priority, variables in place, cleared
// memory, aligned stack. Exits with the input's first byte, as a negative number if there is a second one.
#include "zkvm_exit.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"

static uint8_t order[4];
static unsigned constructed;

struct Recorder {
    explicit Recorder(uint8_t name) { order[constructed++] = name; }
};

static Recorder last __attribute__((init_priority(300)))('c');
static Recorder first __attribute__((init_priority(200)))('a');
static Recorder unordered('d');
__attribute__((constructor(250))) static void between() { order[constructed++] = 'b'; }

static volatile uint64_t initialized = 0x1122334455667788;
static volatile uint64_t cleared;

int main() {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    write_output(order, sizeof order);
    uint64_t facts[] = {
        initialized,
        cleared,
        reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) % 16,
        reinterpret_cast<uintptr_t>(_heap_start),
        reinterpret_cast<uintptr_t>(_heap_end),
    };
    write_output(reinterpret_cast<const uint8_t *>(facts), sizeof facts);
    if (size == 0) {
        abort();
    }
    if (size == 2) {
        zkvm_exit(-input[0]);
    }
    return input[0];
}
