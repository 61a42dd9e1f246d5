/* ECDSA over a curve of prime order below 2^256 [SEC 1, 4.1].

   Whoever includes this has included curve.h over such a field, and defines CURVE_ORDER and CURVE_GENERATOR, the
   initialisers of the order and of the generator. */

static const fp_addend ORDER = {{{0}}, CURVE_ORDER};
static const point GENERATOR = CURVE_GENERATOR;

typedef struct {
    fp r;
    fp s;
} signature;

/* False unless r and s lie in [1, order). */
static inline bool signature_load(signature *loaded, const uint8_t *bytes) {
    load_big_endian(loaded->r.limb, bytes, FIELD_LIMBS);
    load_big_endian(loaded->s.limb, bytes + FIELD_BYTES, FIELD_LIMBS);
    return !fp_is_zero(&loaded->r) && is_less(loaded->r.limb, ORDER.modulus.limb, FIELD_LIMBS) &&
           !fp_is_zero(&loaded->s) && is_less(loaded->s.limb, ORDER.modulus.limb, FIELD_LIMBS);
}

/* False unless the bytes are a point of the curve; infinity has no such encoding. */
static inline bool public_key_load(point *key, const uint8_t *bytes) {
    key->is_infinity = false;
    return fp_load(&key->x, bytes) && fp_load(&key->y, bytes + FIELD_BYTES) && point_is_on_curve(key);
}

/* The hash as a number modulo the order. */
static inline void hash_load(fp *number, const uint8_t *bytes) {
    load_big_endian(number->limb, bytes, FIELD_LIMBS);
    fp_multiply_add(number, number, &FP_ONE, &ORDER);
}

/* first * generator + second * q. */
static inline void combine_with_generator(point *sum, const fp *first, const point *q, const fp *second) {
    point points[2] = {GENERATOR, *q};
    uint64_t scalars[2][SCALAR_LIMBS];
    memcpy(scalars[0], first->limb, FIELD_BYTES);
    memcpy(scalars[1], second->limb, FIELD_BYTES);
    multiply_points(sum, points, (const uint64_t(*)[SCALAR_LIMBS])scalars, 2);
}

static inline bool ecdsa_verify(const uint8_t *hash, const uint8_t *signature_bytes, const uint8_t *key_bytes) {
    signature given;
    point key, sum;
    fp number, inverse, found;
    if (!signature_load(&given, signature_bytes) || !public_key_load(&key, key_bytes)) {
        return false;
    }
    hash_load(&number, hash);
    invert_modulo(&inverse, &given.s, &ORDER);
    fp_multiply_add(&number, &number, &inverse, &ORDER);
    fp_multiply_add(&inverse, &given.r, &inverse, &ORDER);
    combine_with_generator(&sum, &number, &key, &inverse);
    if (sum.is_infinity) {
        return false;
    }
    fp_multiply_add(&found, &sum.x, &FP_ONE, &ORDER);
    return fp_is_equal(&found, &given.r);
}
