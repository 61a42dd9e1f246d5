/* Remainders of long numbers: schoolbook division with a reciprocal of the divisor's highest two doublewords
   [Moeller and Granlund 2011, Improved Division by Invariant Integers, algorithms 4 and 6]. */
#ifndef LIMPID_DIVISION_H
#define LIMPID_DIVISION_H

#include "integers.h"

/* floor((B^2 - 1) / high) - B with B = 2^64, for a high doubleword with its highest bit set. */
static inline uint64_t reciprocal_of_doubleword(uint64_t high) {
    /* Long division of (B - 1 - high, B - 1) by high, one bit at a time: done once a modulus. */
    uint64_t remainder = ~high, quotient = 0;
    for (int bit = 0; bit < DOUBLEWORD_BITS; bit++) {
        uint64_t carry = remainder >> (DOUBLEWORD_BITS - 1);
        remainder = remainder << 1 | 1;
        quotient <<= 1;
        if (carry != 0 || remainder >= high) {
            remainder -= high;
            quotient |= 1;
        }
    }
    return quotient;
}

/* floor((B^3 - 1) / (high B + low)) - B. */
static inline uint64_t reciprocal_of(uint64_t high, uint64_t low) {
    uint64_t reciprocal = reciprocal_of_doubleword(high);
    uint64_t product = high * reciprocal + low;
    if (product < low) {
        reciprocal--;
        if (product >= high) {
            reciprocal--;
            product -= high;
        }
        product -= high;
    }
    uint128_t correction = (uint128_t)reciprocal * low;
    product += (uint64_t)(correction >> DOUBLEWORD_BITS);
    if (product < (uint64_t)(correction >> DOUBLEWORD_BITS)) {
        reciprocal--;
        uint128_t rest = (uint128_t)product << DOUBLEWORD_BITS | (uint64_t)correction;
        if (rest >= ((uint128_t)high << DOUBLEWORD_BITS | low)) {
            reciprocal--;
        }
    }
    return reciprocal;
}

/* floor((first, second, third) / (high, low)), where the first two are less than the divisor. */
static inline uint64_t divide_three_by_two(uint64_t first, uint64_t second, uint64_t third, uint64_t high,
                                           uint64_t low, uint64_t reciprocal) {
    uint128_t estimate = (uint128_t)reciprocal * first + ((uint128_t)first << DOUBLEWORD_BITS | second);
    uint64_t quotient = (uint64_t)(estimate >> DOUBLEWORD_BITS);
    uint128_t divisor = (uint128_t)high << DOUBLEWORD_BITS | low;
    uint64_t above = second - quotient * high;
    uint128_t rest = ((uint128_t)above << DOUBLEWORD_BITS | third) - (uint128_t)quotient * low - divisor;
    quotient++;
    if ((uint64_t)(rest >> DOUBLEWORD_BITS) >= (uint64_t)estimate) {
        quotient--;
        rest += divisor;
    }
    if (rest >= divisor) {
        quotient++;
    }
    return quotient;
}

/* Reduces a number of `size` doublewords in place: afterwards its lowest `count` hold the remainder, the others 0. The
   divisor has at least two doublewords, the highest bit set; the number's highest doubleword is 0. */
static inline void reduce(uint64_t *number, size_t size, const uint64_t *divisor, size_t count, uint64_t reciprocal) {
    uint64_t high = divisor[count - 1], low = divisor[count - 2];
    for (size_t top = size - 1; top >= count; top--) {
        uint64_t *window = number + (top - count);
        uint64_t first = window[count], second = window[count - 1];
        uint64_t quotient = UINT64_MAX;
        if (first < high || second < low) {
            quotient = divide_three_by_two(first, second, window[count - 2], high, low, reciprocal);
        }
        uint64_t above = subtract_multiple(window, divisor, quotient, count);
        if (first < above) {
            above -= add_limbs(window, window, divisor, count);
        }
        window[count] = first - above;
    }
}

#endif
