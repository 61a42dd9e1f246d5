/* The machine calls that the accelerators rest on.

   A call is an ecall with its number in a7 and its operands in a0 to a3. Pointers are multiples of 8; numbers are
   doublewords, least significant first. A call changes the memory that it returns its result in, or a0 if it returns
   a value, and no other register.

   Where a program has no such calls, as under Linux, the functions are those of runtime_linux/calls.c:
   LIMPID_CALLS_IN_SOFTWARE says so. */
#ifndef LIMPID_CALLS_H
#define LIMPID_CALLS_H

#include <stdint.h>

enum limpid_call {
    /* a0: 25 doublewords, permuted in place by keccak-f[1600] [FIPS 202, 3.3]. */
    LIMPID_CALL_KECCAK_F = 256,
    /* a0: eight 32-bit words, updated in place; a1: the 64 bytes of a message block [FIPS 180-4, 6.2.2]. */
    LIMPID_CALL_SHA256_COMPRESS = 257,
    /* a0: result, a1: a, a2: b, a3: c and behind it the modulus m, four doublewords each: result = (a b + c) mod m.
       Traps where m is 0 or the quotient has more than 256 bits. The result may lie where an operand lies. */
    LIMPID_CALL_MULTIPLY_ADD_MODULO_256 = 258,
    /* The same with six doublewords and 384 bits. */
    LIMPID_CALL_MULTIPLY_ADD_MODULO_384 = 259,
    /* Returns a value that the host chooses. a0: an enum limpid_advice, a1 to a3: its operands. All of these only tell
       the host what would help: the value may be anything, and whoever uses it checks it. */
    LIMPID_CALL_ADVICE = 260,
};

enum limpid_advice {
    LIMPID_ADVICE_RANDOM = 0,
    /* Doubleword a3 of the inverse of the number at a1 modulo the prime at a2; all zero where there is none. */
    LIMPID_ADVICE_INVERSE_256 = 1,
    LIMPID_ADVICE_INVERSE_384 = 2,
    /* Doubleword a3 of a square root of the number at a1 modulo the prime at a2; all zero where there is none. */
    LIMPID_ADVICE_SQUARE_ROOT_256 = 3,
    LIMPID_ADVICE_SQUARE_ROOT_384 = 4,
};

#if defined(__riscv) && !defined(LIMPID_CALLS_IN_SOFTWARE)

static inline void limpid_keccak_f(uint64_t *state) {
    register uint64_t *a0 __asm__("a0") = state;
    register long number __asm__("a7") = LIMPID_CALL_KECCAK_F;
    __asm__ volatile("ecall" : : "r"(a0), "r"(number) : "memory");
}

static inline void limpid_sha256_compress(uint32_t *state, const uint8_t *block) {
    register uint32_t *a0 __asm__("a0") = state;
    register const uint8_t *a1 __asm__("a1") = block;
    register long number __asm__("a7") = LIMPID_CALL_SHA256_COMPRESS;
    __asm__ volatile("ecall" : : "r"(a0), "r"(a1), "r"(number) : "memory");
}

static inline void limpid_multiply_add(long call, uint64_t *result, const uint64_t *a, const uint64_t *b,
                                       const uint64_t *c_and_modulus) {
    register uint64_t *a0 __asm__("a0") = result;
    register const uint64_t *a1 __asm__("a1") = a;
    register const uint64_t *a2 __asm__("a2") = b;
    register const uint64_t *a3 __asm__("a3") = c_and_modulus;
    register long number __asm__("a7") = call;
    __asm__ volatile("ecall" : : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(number) : "memory");
}

static inline void limpid_multiply_add_modulo_256(uint64_t *result, const uint64_t *a, const uint64_t *b,
                                                  const uint64_t *c_and_modulus) {
    limpid_multiply_add(LIMPID_CALL_MULTIPLY_ADD_MODULO_256, result, a, b, c_and_modulus);
}

static inline void limpid_multiply_add_modulo_384(uint64_t *result, const uint64_t *a, const uint64_t *b,
                                                  const uint64_t *c_and_modulus) {
    limpid_multiply_add(LIMPID_CALL_MULTIPLY_ADD_MODULO_384, result, a, b, c_and_modulus);
}

static inline uint64_t limpid_advice(enum limpid_advice kind, const uint64_t *first, const uint64_t *second,
                                     uint64_t third) {
    register uint64_t a0 __asm__("a0") = kind;
    register const uint64_t *a1 __asm__("a1") = first;
    register const uint64_t *a2 __asm__("a2") = second;
    register uint64_t a3 __asm__("a3") = third;
    register long number __asm__("a7") = LIMPID_CALL_ADVICE;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(number) : "memory");
    return a0;
}

#else

void limpid_keccak_f(uint64_t *state);
void limpid_sha256_compress(uint32_t *state, const uint8_t *block);
void limpid_multiply_add_modulo_256(uint64_t *result, const uint64_t *a, const uint64_t *b,
                                    const uint64_t *c_and_modulus);
void limpid_multiply_add_modulo_384(uint64_t *result, const uint64_t *a, const uint64_t *b,
                                    const uint64_t *c_and_modulus);
uint64_t limpid_advice(enum limpid_advice kind, const uint64_t *first, const uint64_t *second, uint64_t third);

#endif

#endif
