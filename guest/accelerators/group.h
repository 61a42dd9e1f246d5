/* Sums in the groups of BLS12-381 on encoded points.

   Whoever includes this has included curve.h, and defines GROUP(name), the group's function of that name, and the type
   product, an encoded point and an encoded scalar. */

/* Points outside the subgroup may be added too [EIP-2537]. */
static zkvm_status group_add(const uint8_t *left_bytes, const uint8_t *right_bytes, uint8_t *sum_bytes) {
    point left, right;
    if (!GROUP(load)(&left, left_bytes) || !GROUP(load)(&right, right_bytes)) {
        return ZKVM_EFAIL;
    }
    point_add(&left, &left, &right);
    GROUP(store)(sum_bytes, &left);
    return ZKVM_EOK;
}

static zkvm_status group_sum_of_products(const product *products, size_t size, uint8_t *sum_bytes) {
    point points[POINTS_AT_ONCE], sum = INFINITY_POINT, part;
    uint64_t scalars[POINTS_AT_ONCE][SCALAR_LIMBS];
    if (size == 0) {
        return ZKVM_EFAIL;
    }
    for (size_t done = 0; done < size; done += POINTS_AT_ONCE) {
        size_t count = size - done < POINTS_AT_ONCE ? size - done : POINTS_AT_ONCE;
        for (size_t i = 0; i < count; i++) {
            const product *given = &products[done + i];
            if (!GROUP(load)(&points[i], given->point.data) || !GROUP(is_in_subgroup)(&points[i])) {
                return ZKVM_EFAIL;
            }
            load_big_endian(scalars[i], given->scalar.data, SCALAR_LIMBS);
        }
        multiply_points(&part, points, (const uint64_t(*)[SCALAR_LIMBS])scalars, count);
        point_add(&sum, &sum, &part);
    }
    GROUP(store)(sum_bytes, &sum);
    return ZKVM_EOK;
}
