// Writes its output where programs end: in handlers, destructors of static objects, and the table of destructors. The
// input's first byte chooses the end: 0 returns, 1 exits, 2 ends quickly, 3 ends at once, 4 registers 100 handlers.
#include <stdlib.h>

#include "zkvm_exit.h"
#include "zkvm_io.h"

static void say(char letter) { write_output(reinterpret_cast<const uint8_t *>(&letter), 1); }

struct Sayer {
    explicit Sayer(char letter) : letter(letter) {}
    ~Sayer() { say(letter); }
    char letter;
};

static Sayer first('f');
static Sayer second('s');

static void early() { say('p'); }
extern "C" {
__attribute__((section(".preinit_array"), used)) static void (*early_entry)() = early;
__attribute__((constructor)) static void constructed() { say('c'); }
__attribute__((destructor)) static void destroyed() { say('d'); }
static void handler() { say('h'); }
static void registers_another() { atexit(handler); }
static void quick() { say('q'); }
}

int main() {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    static Sayer local('l');
    atexit(registers_another);
    at_quick_exit(quick);
    say('m');
    switch (input[0]) {
    case 1:
        exit(5);
    case 2:
        quick_exit(6);
    case 3:
        zkvm_exit(7);
    case 4:
        for (int i = 0; i < 100; i++) {
            if (atexit(handler) != 0) {
                abort();
            }
        }
    }
    return 0;
}
