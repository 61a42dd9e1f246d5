/* A value of a blob's polynomial: the point evaluation of EIP-4844. Input: commitment (48 bytes), z, y (32 bytes each) and
   proof (48 bytes). Output: the versioned hash of the commitment, z and y. Exit code 1 if the input's size is wrong, 2 if
   an input is invalid, 3 if the polynomial has another value. */
#include "zkvm_accelerators.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"

#define VERSIONED_HASH_VERSION_KZG 1

int main(void) {
    const uint8_t *input;
    size_t size;
    struct {
        zkvm_kzg_commitment commitment;
        zkvm_kzg_field_element z, y;
        zkvm_kzg_proof proof;
    } opening;
    zkvm_sha256_hash versioned_hash;
    bool is_value;
    read_input(&input, &size);
    if (size != sizeof opening) {
        return 1;
    }
    memcpy(&opening, input, sizeof opening);
    if (zkvm_kzg_point_eval(&opening.commitment, &opening.z, &opening.y, &opening.proof, &is_value) != ZKVM_EOK) {
        return 2;
    }
    if (!is_value) {
        return 3;
    }
    zkvm_sha256(opening.commitment.data, sizeof opening.commitment, &versioned_hash);
    versioned_hash.data[0] = VERSIONED_HASH_VERSION_KZG;
    write_output(versioned_hash.data, sizeof versioned_hash);
    write_output(opening.z.data, sizeof opening.z);
    write_output(opening.y.data, sizeof opening.y);
    return 0;
}
