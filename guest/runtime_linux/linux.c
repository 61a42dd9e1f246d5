/* The Limpid machine's surroundings, made of Linux system calls (arch/riscv, asm-generic/unistd.h): the same
   regions at the same addresses, the input from standard input, the output to standard output at exit. */
#include "memory_map.h"
#include "limpid_console.h"
#include "zkvm_exit.h"

#define SYSCALL_READ 63
#define SYSCALL_WRITE 64
#define SYSCALL_EXIT 93
#define SYSCALL_MMAP 222

#define STANDARD_INPUT 0
#define STANDARD_OUTPUT 1
#define STANDARD_ERROR 2

/* PROT_READ | PROT_WRITE, and MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE. */
#define PROTECTION 0x3
#define MAPPING 0x4032

/* A negative result is an error number of Linux. */
static long system_call(long number, long a, long b, long c, long d, long e, long f) {
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

static void map_region(long start, long end) {
    if (system_call(SYSCALL_MMAP, start, end - start, PROTECTION, MAPPING, -1, 0) != start) {
        abort();
    }
}

static void load_input(void) {
    uint64_t length = 0;
    for (;;) {
        uint64_t room = INPUT_CAPACITY_BYTES - length;
        long count = system_call(SYSCALL_READ, STANDARD_INPUT, (long)(INPUT_BYTES + length), (long)room, 0, 0, 0);
        if (count < 0 || (count == 0 && room == 0)) {
            abort();
        }
        if (count == 0) {
            break;
        }
        length += (uint64_t)count;
    }
    *(uint64_t *)INPUT_LENGTH = length;
}

/* Maps what the Limpid loader maps, and loads the input. */
void linux_prepare(void) {
    map_region(HEAP_START, HEAP_END);
    map_region(STACK_START, STACK_END);
    map_region(INPUT_START, INPUT_END);
    map_region(OUTPUT_START, OUTPUT_END);
    load_input();
}

void limpid_console_write(const void *text, size_t size) {
    system_call(SYSCALL_WRITE, STANDARD_ERROR, (long)text, (long)size, 0, 0, 0);
}

int limpid_console_put(int character) {
    uint8_t byte = (uint8_t)character;
    limpid_console_write(&byte, 1);
    return character;
}

void zkvm_exit(int code) {
    uint64_t written = 0;
    uint64_t length = *OUTPUT_LENGTH;
    if (length > OUTPUT_CAPACITY_BYTES) {
        abort();
    }
    while (written < length) {
        long count = system_call(
            SYSCALL_WRITE, STANDARD_OUTPUT, (long)(OUTPUT_BYTES + written), (long)(length - written), 0, 0, 0);
        if (count <= 0) {
            abort();
        }
        written += (uint64_t)count;
    }
    system_call(SYSCALL_EXIT, code, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}
