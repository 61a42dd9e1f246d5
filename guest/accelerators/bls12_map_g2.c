/* An element of the quadratic extension to a point of G2 of BLS12-381 [EIP-2537; RFC 9380, 8.8.2]. */
#include "zkvm_accelerators.h"

#include "bls12_381.h"

typedef fp2 coordinate;

#define COORDINATE(name) fp2_##name
#define MAP_A BLS12_381_G2_MAP_A
#define MAP_B BLS12_381_G2_MAP_B
#define MAP_Z BLS12_381_G2_MAP_Z
#define MAP_ONE {{{1}}, {{0}}}
#define MAP_MINUS_B_OVER_A BLS12_381_G2_MAP_MINUS_B_OVER_A
#define MAP_B_OVER_Z_A BLS12_381_G2_MAP_B_OVER_Z_A
#define MAP_X_NUMERATOR BLS12_381_G2_MAP_X_NUMERATOR
#define MAP_X_DENOMINATOR BLS12_381_G2_MAP_X_DENOMINATOR
#define MAP_Y_NUMERATOR BLS12_381_G2_MAP_Y_NUMERATOR
#define MAP_Y_DENOMINATOR BLS12_381_G2_MAP_Y_DENOMINATOR
#include "map_to_curve.h"

zkvm_status zkvm_bls12_map_fp2_to_g2(const zkvm_bls12_381_fp2 *field_element, zkvm_bls12_381_g2_point *result) {
    fp2 u;
    g2_point mapped;
    if (!fp_load(&u.real, field_element->data) || !fp_load(&u.imaginary, field_element->data + FIELD_BYTES)) {
        return ZKVM_EFAIL;
    }
    map_to_isogenous_curve(&mapped.x, &mapped.y, &u);
    mapped.is_infinity = !apply_isogeny(&mapped.x, &mapped.y);
    limpid_bls12_g2_clear_cofactor(&mapped);
    limpid_bls12_g2_store(result->data, &mapped);
    return ZKVM_EOK;
}
