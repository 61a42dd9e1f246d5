/* A field element to a point of G1 of BLS12-381 [EIP-2537; RFC 9380, 8.8.1]. */
#include "zkvm_accelerators.h"

#include "bls12_381.h"

typedef fp coordinate;

#define COORDINATE(name) fp_##name
#define MAP_A BLS12_381_G1_MAP_A
#define MAP_B BLS12_381_G1_MAP_B
#define MAP_Z BLS12_381_G1_MAP_Z
#define MAP_ONE {{1}}
#define MAP_MINUS_B_OVER_A BLS12_381_G1_MAP_MINUS_B_OVER_A
#define MAP_B_OVER_Z_A BLS12_381_G1_MAP_B_OVER_Z_A
#define MAP_X_NUMERATOR BLS12_381_G1_MAP_X_NUMERATOR
#define MAP_X_DENOMINATOR BLS12_381_G1_MAP_X_DENOMINATOR
#define MAP_Y_NUMERATOR BLS12_381_G1_MAP_Y_NUMERATOR
#define MAP_Y_DENOMINATOR BLS12_381_G1_MAP_Y_DENOMINATOR
#include "map_to_curve.h"

zkvm_status zkvm_bls12_map_fp_to_g1(const zkvm_bls12_381_fp *field_element, zkvm_bls12_381_g1_point *result) {
    fp u;
    g1_point mapped;
    if (!fp_load(&u, field_element->data)) {
        return ZKVM_EFAIL;
    }
    map_to_isogenous_curve(&mapped.x, &mapped.y, &u);
    mapped.is_infinity = !apply_isogeny(&mapped.x, &mapped.y);
    limpid_bls12_g1_clear_cofactor(&mapped);
    limpid_bls12_g1_store(result->data, &mapped);
    return ZKVM_EOK;
}
