/* Calls any function of the accelerators' headers: the input is its name, its arguments and the buffers that these may
   point to, the output what it returned and what the buffers hold afterwards. */
#include "zkvm_accelerators.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"
#include "zkvm_random.h"
#include "zkvm_u256.h"

/* A function that has fewer arguments does not look at the further registers. */
typedef int64_t any_function(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

enum { MOST_ARGUMENTS = 7, NAME_BYTES = 32 };

#define ENTRY(name) {#name, (any_function *)(void (*)(void))zkvm_##name}

static const struct {
    char name[NAME_BYTES];
    any_function *function;
} functions[] = {
    ENTRY(keccak256),
    ENTRY(sha256),
    ENTRY(ripemd160),
    ENTRY(blake2f),
    ENTRY(modexp),
    ENTRY(secp256k1_verify),
    ENTRY(secp256k1_ecrecover),
    ENTRY(secp256r1_verify),
    ENTRY(bn254_g1_add),
    ENTRY(bn254_g1_mul),
    ENTRY(bn254_pairing),
    ENTRY(bls12_g1_add),
    ENTRY(bls12_g1_msm),
    ENTRY(bls12_g2_add),
    ENTRY(bls12_g2_msm),
    ENTRY(bls12_pairing),
    ENTRY(bls12_map_fp_to_g1),
    ENTRY(bls12_map_fp2_to_g2),
    ENTRY(kzg_point_eval),
    ENTRY(u256_add),
    ENTRY(u256_sub),
    ENTRY(u256_mul),
    ENTRY(u256_exp),
    ENTRY(u256_div),
    ENTRY(u256_mod),
    ENTRY(u256_divmod),
    ENTRY(u256_sdiv),
    ENTRY(u256_smod),
    ENTRY(u256_sdivmod),
    ENTRY(u256_addmod),
    ENTRY(u256_mulmod),
    ENTRY(u256_signextend),
    ENTRY(u256_lt),
    ENTRY(u256_gt),
    ENTRY(u256_slt),
    ENTRY(u256_sgt),
    ENTRY(u256_eq),
    ENTRY(u256_iszero),
    ENTRY(u256_and),
    ENTRY(u256_or),
    ENTRY(u256_xor),
    ENTRY(u256_not),
    ENTRY(u256_byte),
    ENTRY(u256_shl),
    ENTRY(u256_shr),
    ENTRY(u256_sar),
    ENTRY(random_u64),
};

/* How many arguments and bytes of buffers; of each argument whether it points into the buffers, and the offset or the
   value; then the buffers. */
struct request {
    char name[NAME_BYTES];
    uint64_t arguments;
    uint64_t buffer_bytes;
    struct {
        uint64_t is_pointer;
        uint64_t value;
    } argument[MOST_ARGUMENTS];
    uint64_t buffers[];
};

int main(void) {
    const struct request *request;
    size_t size;
    read_input((const uint8_t **)&request, &size);
    /* Nothing else here allocates. */
    uint64_t *memory = (uint64_t *)_heap_start;
    memcpy(memory, request->buffers, request->buffer_bytes);
    uint64_t passed[MOST_ARGUMENTS] = {0};
    for (uint64_t i = 0; i < request->arguments; i++) {
        uint64_t value = request->argument[i].value;
        passed[i] = request->argument[i].is_pointer ? (uint64_t)memory + value : value;
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (memcmp(functions[i].name, request->name, NAME_BYTES) == 0) {
            int64_t returned = functions[i].function(passed[0], passed[1], passed[2], passed[3], passed[4], passed[5],
                                                     passed[6]);
            write_output((const uint8_t *)&returned, sizeof returned);
            write_output((const uint8_t *)memory, request->buffer_bytes);
            return 0;
        }
    }
    return 1;
}
