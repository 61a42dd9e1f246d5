/* The simplified Shallue-van de Woestijne-Ulas map onto y^2 = x^3 + a x + b and an isogeny from there
   [RFC 9380, 6.6.2, 6.6.3 and appendix E].

   Whoever includes this defines the type coordinate, the macro COORDINATE(name), and the initialisers MAP_A, MAP_B,
   MAP_Z, MAP_MINUS_B_OVER_A, MAP_B_OVER_Z_A, and of the isogeny's polynomials, lowest coefficients first,
   MAP_X_NUMERATOR, MAP_X_DENOMINATOR, MAP_Y_NUMERATOR, MAP_Y_DENOMINATOR. */

static const coordinate A = MAP_A;
static const coordinate B = MAP_B;
static const coordinate Z = MAP_Z;
static const coordinate ONE = MAP_ONE;
static const coordinate MINUS_B_OVER_A = MAP_MINUS_B_OVER_A;
static const coordinate B_OVER_Z_A = MAP_B_OVER_Z_A;

static const coordinate X_NUMERATOR[] = MAP_X_NUMERATOR;
static const coordinate X_DENOMINATOR[] = MAP_X_DENOMINATOR;
static const coordinate Y_NUMERATOR[] = MAP_Y_NUMERATOR;
static const coordinate Y_DENOMINATOR[] = MAP_Y_DENOMINATOR;

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Of x^3 + a x + b. */
static bool root_at(coordinate *y, const coordinate *x) {
    coordinate square;
    COORDINATE(multiply)(&square, x, x);
    COORDINATE(add)(&square, &square, &A);
    COORDINATE(multiply)(&square, &square, x);
    COORDINATE(add)(&square, &square, &B);
    return COORDINATE(square_root)(y, &square);
}

/* Of two candidates for x exactly one is the x of a point, unless the points have order 2. */
static void map_to_isogenous_curve(coordinate *x, coordinate *y, const coordinate *u) {
    coordinate scaled, denominator;
    COORDINATE(multiply)(&scaled, u, u);
    COORDINATE(multiply)(&scaled, &scaled, &Z);
    COORDINATE(multiply)(&denominator, &scaled, &scaled);
    COORDINATE(add)(&denominator, &denominator, &scaled);
    if (COORDINATE(is_zero)(&denominator)) {
        *x = B_OVER_Z_A;
    } else {
        COORDINATE(invert)(x, &denominator);
        COORDINATE(add)(x, x, &ONE);
        COORDINATE(multiply)(x, x, &MINUS_B_OVER_A);
    }
    if (!root_at(y, x)) {
        COORDINATE(multiply)(x, x, &scaled);
        if (!root_at(y, x)) {
            abort();
        }
    }
    if (COORDINATE(sign)(u) != COORDINATE(sign)(y)) {
        COORDINATE(negate)(y, y);
    }
}

static void evaluate(coordinate *value, const coordinate *coefficients, size_t length, const coordinate *x) {
    coordinate sum = coefficients[length - 1];
    for (size_t i = length - 1; i-- > 0;) {
        COORDINATE(multiply)(&sum, &sum, x);
        COORDINATE(add)(&sum, &sum, &coefficients[i]);
    }
    *value = sum;
}

/* False where the point lies in the isogeny's kernel: its image is infinity. */
static bool apply_isogeny(coordinate *x, coordinate *y) {
    coordinate x_denominator, y_denominator, inverse, value;
    evaluate(&x_denominator, X_DENOMINATOR, LENGTH(X_DENOMINATOR), x);
    evaluate(&y_denominator, Y_DENOMINATOR, LENGTH(Y_DENOMINATOR), x);
    COORDINATE(multiply)(&inverse, &x_denominator, &y_denominator);
    if (COORDINATE(is_zero)(&inverse)) {
        return false;
    }
    COORDINATE(invert)(&inverse, &inverse);
    evaluate(&value, Y_NUMERATOR, LENGTH(Y_NUMERATOR), x);
    COORDINATE(multiply)(y, y, &value);
    COORDINATE(multiply)(y, y, &x_denominator);
    COORDINATE(multiply)(y, y, &inverse);
    evaluate(&value, X_NUMERATOR, LENGTH(X_NUMERATOR), x);
    COORDINATE(multiply)(&value, &value, &y_denominator);
    COORDINATE(multiply)(x, &value, &inverse);
    return true;
}
