/* Every computing, memory and branch instruction of RV64IM over chosen operands, each written in assembler so that
   the compiler can neither choose another nor compute it in advance.

   Input: pairs of little-endian u64 (left, right). Output: one u64 per computing instruction and branch listed
   below, in this order, then two per store and load. An output starts at 0 and takes in each result by
   output = 31 * output + result modulo 2^64.
   Exit code 1 if the input is not a whole number of pairs. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

#define REGISTER_FORMS(apply)                                                                                 \
    apply(add) apply(sub) apply(sll) apply(slt) apply(sltu) apply(xor) apply(srl) apply(sra) apply(or)        \
    apply(and) apply(addw) apply(subw) apply(sllw) apply(srlw) apply(sraw)                                    \
    apply(mul) apply(mulh) apply(mulhsu) apply(mulhu) apply(div) apply(divu) apply(rem) apply(remu)           \
    apply(mulw) apply(divw) apply(divuw) apply(remw) apply(remuw)

/* Each with an immediate that reaches its edges. */
#define IMMEDIATE_FORMS(apply)                                                                                \
    apply(addi, -2048) apply(slti, -1) apply(sltiu, -1) apply(xori, -1) apply(ori, 1365) apply(andi, -1366)   \
    apply(slli, 63) apply(srli, 33) apply(srai, 63) apply(addiw, 2047) apply(slliw, 31) apply(srliw, 1)       \
    apply(sraiw, 31)

#define BRANCHES(apply) apply(beq) apply(bne) apply(blt) apply(bge) apply(bltu) apply(bgeu)

/* A store of the left operand, then a load of the same width, at each offset of OFFSETS. */
#define STORES_AND_LOADS(apply)                                                                               \
    apply(sb, lb) apply(sb, lbu) apply(sh, lh) apply(sh, lhu) apply(sw, lw) apply(sw, lwu) apply(sd, ld)

/* Offsets 0 to 7 reach every alignment; with up to 8 bytes from there, every crossing of a doubleword. */
#define OFFSETS 8
#define MEMORY_DOUBLEWORDS 3

#define COUNT(...) +1
#define OUTPUTS                                                                                               \
    (REGISTER_FORMS(COUNT) IMMEDIATE_FORMS(COUNT) BRANCHES(COUNT) STORES_AND_LOADS(COUNT) STORES_AND_LOADS(COUNT))

static uint64_t take_in(uint64_t output, uint64_t result) {
    return 31 * output + result;
}

#define APPLY_REGISTER_FORM(name)                                                                             \
    __asm__ volatile(#name " %0, %1, %2" : "=r"(result) : "r"(left), "r"(right));                             \
    *output = take_in(*output, result);                                                                       \
    output++;

#define APPLY_IMMEDIATE_FORM(name, immediate)                                                                 \
    __asm__ volatile(#name " %0, %1, " #immediate : "=r"(result) : "r"(left));                                \
    *output = take_in(*output, result);                                                                       \
    output++;

/* The result is 1 if the branch is taken. */
#define APPLY_BRANCH(name)                                                                                    \
    __asm__ volatile("li %0, 1\n" #name " %1, %2, 1f\n li %0, 0\n 1:" : "=&r"(result) : "r"(left), "r"(right)); \
    *output = take_in(*output, result);                                                                       \
    output++;

/* One output takes in the value loaded, the next one the whole memory after each store. */
#define APPLY_STORE_AND_LOAD(store, load)                                                                     \
    for (unsigned i = 0; i < MEMORY_DOUBLEWORDS; i++) {                                                       \
        memory[i] = right;                                                                                    \
    }                                                                                                         \
    for (unsigned offset = 0; offset < OFFSETS; offset++) {                                                   \
        uint8_t *address = (uint8_t *)memory + offset;                                                        \
        __asm__ volatile(#store " %1, 0(%2)\n" #load " %0, 0(%2)"                                             \
                         : "=&r"(result)                                                                      \
                         : "r"(left), "r"(address)                                                            \
                         : "memory");                                                                         \
        output[0] = take_in(output[0], result);                                                               \
        for (unsigned i = 0; i < MEMORY_DOUBLEWORDS; i++) {                                                   \
            output[1] = take_in(output[1], memory[i]);                                                        \
        }                                                                                                     \
    }                                                                                                         \
    output += 2;

static void apply_all(uint64_t left, uint64_t right, uint64_t *output) {
    uint64_t memory[MEMORY_DOUBLEWORDS];
    uint64_t result;
    REGISTER_FORMS(APPLY_REGISTER_FORM)
    IMMEDIATE_FORMS(APPLY_IMMEDIATE_FORM)
    BRANCHES(APPLY_BRANCH)
    STORES_AND_LOADS(APPLY_STORE_AND_LOAD)
}

int main(void) {
    static uint64_t outputs[OUTPUTS];
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size % (2 * sizeof(uint64_t)) != 0) {
        return 1;
    }
    for (size_t offset = 0; offset < size; offset += 2 * sizeof(uint64_t)) {
        uint64_t pair[2];
        memcpy(pair, input + offset, sizeof pair);
        apply_all(pair[0], pair[1], outputs);
    }
    write_output((const uint8_t *)outputs, sizeof outputs);
    return 0;
}
