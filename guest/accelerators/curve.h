/* An elliptic curve y^2 = x^3 + a x + b in affine coordinates: with advised inverses no others are faster.

   Whoever includes this defines the types coordinate and point (coordinates x and y, and is_infinity), the macros
   COORDINATE(name), the coordinates' function of that name, and CURVE_B, a pointer to b, and CURVE_A, a pointer to a,
   unless a is 0. A result may be an operand. */

/* At most so many points are multiplied at once; larger sums are made in parts. */
#define POINTS_AT_ONCE 8

/* Signed digits of scalars: odd, below 2^4 in magnitude, so that a point has eight multiples to choose from. */
#define WINDOW_BITS 5
#define ODD_MULTIPLES (1 << (WINDOW_BITS - 2))
#define SCALAR_LIMBS 4
#define SCALAR_BITS (SCALAR_LIMBS * DOUBLEWORD_BITS)

static const point INFINITY_POINT = {.is_infinity = true};

/* x^3 + a x + b, the square of y. */
static inline void curve_square(coordinate *square, const coordinate *x) {
    coordinate sum;
    COORDINATE(multiply)(&sum, x, x);
#ifdef CURVE_A
    COORDINATE(add)(&sum, &sum, CURVE_A);
#endif
    COORDINATE(multiply)(&sum, &sum, x);
    COORDINATE(add)(square, &sum, CURVE_B);
}

static inline bool point_is_on_curve(const point *p) {
    coordinate left, right;
    curve_square(&right, &p->x);
    COORDINATE(multiply)(&left, &p->y, &p->y);
    return COORDINATE(is_equal)(&left, &right);
}

static inline bool point_is_equal(const point *p, const point *q) {
    if (p->is_infinity || q->is_infinity) {
        return p->is_infinity == q->is_infinity;
    }
    return COORDINATE(is_equal)(&p->x, &q->x) && COORDINATE(is_equal)(&p->y, &q->y);
}

static inline void point_negate(point *result, const point *p) {
    result->x = p->x;
    COORDINATE(negate)(&result->y, &p->y);
    result->is_infinity = p->is_infinity;
}

/* Of the tangent in p. */
static inline void tangent_slope(coordinate *slope, const point *p) {
    coordinate numerator, denominator;
    COORDINATE(multiply)(&numerator, &p->x, &p->x);
    COORDINATE(triple)(&numerator, &numerator);
#ifdef CURVE_A
    COORDINATE(add)(&numerator, &numerator, CURVE_A);
#endif
    COORDINATE(double)(&denominator, &p->y);
    COORDINATE(invert)(&denominator, &denominator);
    COORDINATE(multiply)(slope, &numerator, &denominator);
}

/* Of the line through p and q, whose x differ. */
static inline void chord_slope(coordinate *slope, const point *p, const point *q) {
    coordinate rise, run;
    COORDINATE(subtract)(&run, &q->x, &p->x);
    COORDINATE(subtract)(&rise, &q->y, &p->y);
    COORDINATE(invert)(&run, &run);
    COORDINATE(multiply)(slope, &rise, &run);
}

/* Minus the third point of the curve on the line with this slope through p and a point with this x. */
static inline void third_point(point *result, const point *p, const coordinate *other_x, const coordinate *slope) {
    coordinate x, run;
    COORDINATE(multiply)(&x, slope, slope);
    COORDINATE(subtract)(&x, &x, &p->x);
    COORDINATE(subtract)(&x, &x, other_x);
    COORDINATE(subtract)(&run, &p->x, &x);
    COORDINATE(multiply)(&run, &run, slope);
    COORDINATE(subtract)(&result->y, &run, &p->y);
    result->x = x;
    result->is_infinity = false;
}

/* All groups here have odd order, so no y is 0. */
static inline void point_double(point *result, const point *p) {
    if (p->is_infinity) {
        *result = INFINITY_POINT;
        return;
    }
    coordinate slope;
    tangent_slope(&slope, p);
    third_point(result, p, &p->x, &slope);
}

static inline void point_add(point *result, const point *p, const point *q) {
    if (p->is_infinity || q->is_infinity) {
        *result = p->is_infinity ? *q : *p;
        return;
    }
    if (COORDINATE(is_equal)(&p->x, &q->x)) {
        if (COORDINATE(is_equal)(&p->y, &q->y)) {
            point_double(result, p);
        } else {
            *result = INFINITY_POINT;
        }
        return;
    }
    coordinate slope;
    chord_slope(&slope, p, q);
    third_point(result, p, &q->x, &slope);
}

/* factor * p for a factor that is not 0; the result is not p. */
static inline void point_multiply_short(point *result, const point *p, uint64_t factor) {
    *result = *p;
    for (int bit = DOUBLEWORD_BITS - 2 - __builtin_clzll(factor); bit >= 0; bit--) {
        point_double(result, result);
        if (factor >> bit & 1) {
            point_add(result, result, p);
        }
    }
}

/* digits[i] sum to the scalar with weights 2^i: each is 0 or odd, and of WINDOW_BITS neighbours one is not 0. */
static inline void signed_digits(int8_t digits[SCALAR_BITS + 1], const uint64_t *scalar) {
    memset(digits, 0, SCALAR_BITS + 1);
    uint64_t carry = 0;
    for (size_t position = 0; position < SCALAR_BITS;) {
        if (bit_of(scalar, position) == carry) {
            position++;
            continue;
        }
        uint64_t window = carry;
        for (size_t i = 0; i < WINDOW_BITS && position + i < SCALAR_BITS; i++) {
            window += bit_of(scalar, position + i) << i;
        }
        carry = window >> (WINDOW_BITS - 1);
        digits[position] = (int8_t)((int)window - (int)(carry << WINDOW_BITS));
        position += WINDOW_BITS;
    }
    digits[SCALAR_BITS] = (int8_t)carry;
}

/* p, 3 p, 5 p, ... */
static inline void odd_multiples(point multiples[ODD_MULTIPLES], const point *p) {
    point twice;
    point_double(&twice, p);
    multiples[0] = *p;
    for (int i = 1; i < ODD_MULTIPLES; i++) {
        point_add(&multiples[i], &multiples[i - 1], &twice);
    }
}

/* The sum of at most POINTS_AT_ONCE products scalars[i] points[i], by one row of doublings for all. */
static inline void multiply_points(point *sum, const point *points, const uint64_t (*scalars)[SCALAR_LIMBS],
                                   size_t count) {
    point multiples[POINTS_AT_ONCE][ODD_MULTIPLES];
    int8_t digits[POINTS_AT_ONCE][SCALAR_BITS + 1];
    for (size_t i = 0; i < count; i++) {
        odd_multiples(multiples[i], &points[i]);
        signed_digits(digits[i], scalars[i]);
    }
    *sum = INFINITY_POINT;
    for (size_t position = SCALAR_BITS + 1; position-- > 0;) {
        point_double(sum, sum);
        for (size_t i = 0; i < count; i++) {
            int digit = digits[i][position];
            if (digit > 0) {
                point_add(sum, sum, &multiples[i][digit / 2]);
            } else if (digit < 0) {
                point negative;
                point_negate(&negative, &multiples[i][-digit / 2]);
                point_add(sum, sum, &negative);
            }
        }
    }
}
