/* Exact conversion by arithmetic in base 10^9, with limbs before and after the point [Steele and White 1990, "fixed-format
   printing"; the limb arithmetic is that of schoolbooks]. No floating-point operation is used. */
#include "decimal.h"

#include "zkvm_memory.h"

#define LIMB_DIGITS 9
#define LIMB 1000000000u
/* A limb times 2^29 and a carry is below 2^60; and 10^9 is a multiple of 2^9. */
#define LEFT_BITS 29
#define RIGHT_BITS 9

#define LIMBS_BEFORE 549
#define LIMBS_AFTER 1834

struct limbs {
    /* The most significant limb and the end; limbs[LIMBS_BEFORE - 1] counts ones. */
    int first;
    int end;
    uint32_t limbs[LIMBS_BEFORE + LIMBS_AFTER];
};

static void multiply(struct limbs *number, int bits, uint64_t carry) {
    for (int i = number->end - 1; i >= number->first; i--) {
        carry += (uint64_t)number->limbs[i] << bits;
        number->limbs[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    for (; carry != 0; carry /= LIMB) {
        number->limbs[--number->first] = (uint32_t)(carry % LIMB);
    }
}

static void divide(struct limbs *number, int bits) {
    uint32_t carry = 0;
    for (int i = number->first; i < number->end; i++) {
        uint32_t limb = number->limbs[i];
        number->limbs[i] = (limb >> bits) + carry;
        carry = (LIMB >> bits) * (limb & ((1u << bits) - 1));
    }
    if (carry != 0) {
        number->limbs[number->end++] = carry;
    }
    while (number->first < number->end && number->limbs[number->first] == 0) {
        number->first++;
    }
}

void expand(const struct real *real, struct decimal *decimal) {
    struct limbs number;
    int exponent = real->exponent;
    number.first = number.end = LIMBS_BEFORE;
    multiply(&number, 0, real->high);
    if (real->is_quad) {
        for (int shift = 48; shift >= 0; shift -= 16) {
            multiply(&number, 16, real->low >> shift & 0xffff);
        }
    }
    bool is_zero = (real->high | (real->is_quad ? real->low : 0)) == 0;
    for (int bits; exponent > 0 && !is_zero; exponent -= bits) {
        bits = exponent < LEFT_BITS ? exponent : LEFT_BITS;
        multiply(&number, bits, 0);
    }
    for (int bits; exponent < 0 && !is_zero; exponent += bits) {
        bits = -exponent < RIGHT_BITS ? -exponent : RIGHT_BITS;
        divide(&number, bits);
    }

    decimal->count = 0;
    decimal->point = LIMB_DIGITS * (LIMBS_BEFORE - number.first);
    for (int i = number.first; i < number.end; i++) {
        uint32_t limb = number.limbs[i];
        for (uint32_t unit = LIMB / 10; unit != 0; unit /= 10) {
            char digit = (char)('0' + limb / unit % 10);
            if (decimal->count == 0 && digit == '0') {
                decimal->point--;
            } else {
                decimal->digits[decimal->count++] = digit;
            }
        }
    }
    while (decimal->count != 0 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
    }
    if (decimal->count == 0) {
        decimal->point = 0;
    }
}

void round_to(struct decimal *decimal, int count) {
    char *digits = decimal->digits;
    if (count >= decimal->count) {
        return;
    }
    if (count < 0) {
        decimal->count = decimal->point = 0;
        return;
    }
    /* The last digit is not '0', so more digits than one more are more than a half. */
    bool is_half = digits[count] == '5' && decimal->count == count + 1;
    bool is_odd = count != 0 && (digits[count - 1] - '0') % 2 != 0;
    bool rounds_up = is_half ? is_odd : digits[count] >= '5';
    decimal->count = count;
    if (rounds_up) {
        while (decimal->count != 0 && digits[decimal->count - 1] == '9') {
            decimal->count--;
        }
        if (decimal->count == 0) {
            digits[decimal->count++] = '1';
            decimal->point++;
        } else {
            digits[decimal->count - 1]++;
        }
    }
    while (decimal->count != 0 && digits[decimal->count - 1] == '0') {
        decimal->count--;
    }
    if (decimal->count == 0) {
        decimal->point = 0;
    }
}

/* IEEE 754 binary64 and binary128: biased exponents of 11 and 15 bits, fractions of 52 and 112. */
struct real real_of_double(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    int biased = (int)(bits >> 52 & 0x7ff);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    return (struct real){
        .is_negative = bits >> 63 != 0,
        .is_infinite = biased == 0x7ff && fraction == 0,
        .is_nan = biased == 0x7ff && fraction != 0,
        .high = fraction | (uint64_t)(biased != 0) << 52,
        .exponent = (biased != 0 ? biased : 1) - 1075,
    };
}

struct real real_of_quad(long double number) {
    uint64_t words[2];
    memcpy(words, &number, sizeof words);
    int biased = (int)(words[1] >> 48 & 0x7fff);
    uint64_t fraction = words[1] & (((uint64_t)1 << 48) - 1);
    return (struct real){
        .is_negative = words[1] >> 63 != 0,
        .is_infinite = biased == 0x7fff && (fraction | words[0]) == 0,
        .is_nan = biased == 0x7fff && (fraction | words[0]) != 0,
        .is_quad = true,
        .high = fraction | (uint64_t)(biased != 0) << 48,
        .low = words[0],
        .exponent = (biased != 0 ? biased : 1) - 16495,
    };
}
