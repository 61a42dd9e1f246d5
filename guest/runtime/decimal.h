/* Floating-point numbers as all of their decimal digits. */
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* A finite number is (high * 2^64 + low) * 2^exponent, or high * 2^exponent if it is a double. */
struct real {
    bool is_negative;
    bool is_infinite;
    bool is_nan;
    bool is_quad;
    uint64_t high;
    uint64_t low;
    int exponent;
};

struct real real_of_double(double number);
struct real real_of_quad(long double number);

/* Of binary128: 2^16384 has 4933 digits, and 2^-16494 has 16494 after the point. */
#define MOST_DIGITS 21456

/* The number is 0.d1 d2 d3 ... * 10^point, where d1 is not '0'; 0 has no digits. */
struct decimal {
    int count;
    int point;
    char digits[MOST_DIGITS];
};

/* All digits of a finite number. */
void expand(const struct real *number, struct decimal *decimal);

/* Rounds to the nearest number of so many digits, of two the even one; a negative count gives 0. */
void round_to(struct decimal *decimal, int count);

#endif
