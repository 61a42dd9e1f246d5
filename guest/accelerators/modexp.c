/* Modular exponentiation [EIP-198]: over the machine calls where the modulus fits into one, else by long division. */
#include "zkvm_accelerators.h"

#include "calls.h"
#include "division.h"

/* [EIP-7823]. */
#define MAXIMUM_BYTES 1024
#define MAXIMUM_LIMBS (MAXIMUM_BYTES / DOUBLEWORD_BYTES)

/* Exponents of fewer bits are not worth a table of odd powers. */
#define SHORT_EXPONENT_BITS 32
#define WINDOW_BITS 4
#define ODD_POWERS (1 << (WINDOW_BITS - 1))

#define CALL_LIMBS 4
#define WIDE_CALL_LIMBS 6

/* A modulus above 1. For a call `limbs` is what that takes, and the modulus stands behind a zero, which is added. For
   long division the modulus is shifted up by `shift` bits so that its highest bit is set: residues are of that
   multiple until the end. */
typedef struct {
    size_t limbs;
    bool is_long;
    unsigned shift;
    uint64_t reciprocal;
    uint64_t nothing_and_modulus[2 * WIDE_CALL_LIMBS];
    uint64_t shifted[MAXIMUM_LIMBS];
} modulus_form;

static void load_bytes(uint64_t *limbs, size_t count, const uint8_t *bytes, size_t size) {
    memset(limbs, 0, count * DOUBLEWORD_BYTES);
    for (size_t i = 0; i < size; i++) {
        limbs[i / DOUBLEWORD_BYTES] |= (uint64_t)bytes[size - 1 - i] << (8 * (i % DOUBLEWORD_BYTES));
    }
}

static void store_bytes(uint8_t *bytes, size_t size, const uint64_t *limbs, size_t count) {
    for (size_t i = 0; i < size; i++) {
        size_t limb = i / DOUBLEWORD_BYTES;
        bytes[size - 1 - i] = limb < count ? (uint8_t)(limbs[limb] >> (8 * (i % DOUBLEWORD_BYTES))) : 0;
    }
}

static void skip_zeros(const uint8_t **bytes, size_t *size) {
    while (*size != 0 && **bytes == 0) {
        (*bytes)++;
        (*size)--;
    }
}

/* 0 <= bits < 64. */
static void shift_up(uint64_t *limbs, size_t count, unsigned bits) {
    if (bits != 0) {
        for (size_t i = count - 1; i > 0; i--) {
            limbs[i] = limbs[i] << bits | limbs[i - 1] >> (DOUBLEWORD_BITS - bits);
        }
        limbs[0] <<= bits;
    }
}

static void shift_down(uint64_t *limbs, size_t count, unsigned bits) {
    if (bits != 0) {
        for (size_t i = 0; i + 1 < count; i++) {
            limbs[i] = limbs[i] >> bits | limbs[i + 1] << (DOUBLEWORD_BITS - bits);
        }
        limbs[count - 1] >>= bits;
    }
}

static void prepare_modulus(modulus_form *modulus, const uint8_t *bytes, size_t size) {
    size_t limbs = (size + DOUBLEWORD_BYTES - 1) / DOUBLEWORD_BYTES;
    modulus->is_long = limbs > WIDE_CALL_LIMBS;
    if (!modulus->is_long) {
        modulus->limbs = limbs <= CALL_LIMBS ? CALL_LIMBS : WIDE_CALL_LIMBS;
        memset(modulus->nothing_and_modulus, 0, modulus->limbs * DOUBLEWORD_BYTES);
        load_bytes(modulus->nothing_and_modulus + modulus->limbs, modulus->limbs, bytes, size);
        return;
    }
    modulus->limbs = limbs;
    load_bytes(modulus->shifted, limbs, bytes, size);
    modulus->shift = (unsigned)__builtin_clzll(modulus->shifted[limbs - 1]);
    shift_up(modulus->shifted, limbs, modulus->shift);
    modulus->reciprocal = reciprocal_of(modulus->shifted[limbs - 1], modulus->shifted[limbs - 2]);
}

static void call(const modulus_form *modulus, uint64_t *result, const uint64_t *a, const uint64_t *b,
                 const uint64_t *addend) {
    if (modulus->limbs == CALL_LIMBS) {
        limpid_multiply_add_modulo_256(result, a, b, addend);
    } else {
        limpid_multiply_add_modulo_384(result, a, b, addend);
    }
}

/* The square, 2 * count doublewords: each product of two different limbs once, doubled. */
static void square_limbs(uint64_t *square, const uint64_t *root, size_t count) {
    memset(square, 0, 2 * count * DOUBLEWORD_BYTES);
    for (size_t i = 0; i + 1 < count; i++) {
        square[i + count] = add_multiple(square + 2 * i + 1, root + i + 1, root[i], count - 1 - i);
    }
    uint64_t doubled_out = 0, carry = 0;
    for (size_t i = 0; i < count; i++) {
        uint128_t own = (uint128_t)root[i] * root[i];
        uint64_t low = square[2 * i], high = square[2 * i + 1];
        uint128_t sum = (uint128_t)(low << 1 | doubled_out) + (uint64_t)own + carry;
        square[2 * i] = (uint64_t)sum;
        sum = (uint128_t)(high << 1 | low >> (DOUBLEWORD_BITS - 1)) + (uint64_t)(own >> DOUBLEWORD_BITS) +
              (uint64_t)(sum >> DOUBLEWORD_BITS);
        square[2 * i + 1] = (uint64_t)sum;
        carry = (uint64_t)(sum >> DOUBLEWORD_BITS);
        doubled_out = high >> (DOUBLEWORD_BITS - 1);
    }
}

/* The result may be an operand. */
static void multiply_modulo(const modulus_form *modulus, uint64_t *result, const uint64_t *a, const uint64_t *b) {
    if (!modulus->is_long) {
        call(modulus, result, a, b, modulus->nothing_and_modulus);
        return;
    }
    uint64_t product[2 * MAXIMUM_LIMBS + 1];
    if (a == b) {
        square_limbs(product, a, modulus->limbs);
    } else {
        multiply_limbs(product, a, b, modulus->limbs);
    }
    product[2 * modulus->limbs] = 0;
    reduce(product, 2 * modulus->limbs + 1, modulus->shifted, modulus->limbs, modulus->reciprocal);
    memcpy(result, product, modulus->limbs * DOUBLEWORD_BYTES);
}

/* By Horner's rule over pieces of the call's size, with 2^(64 limbs) mod modulus, which the modulus above 1 allows. */
static void reduce_base_by_calls(const modulus_form *modulus, uint64_t *residue, const uint8_t *bytes, size_t size) {
    const size_t limbs = modulus->limbs, piece_bytes = limbs * DOUBLEWORD_BYTES;
    uint64_t one[WIDE_CALL_LIMBS] = {1}, radix[WIDE_CALL_LIMBS], addend[2 * WIDE_CALL_LIMBS];
    memcpy(addend + limbs, modulus->nothing_and_modulus + limbs, piece_bytes);
    memcpy(addend, one, piece_bytes);
    memset(radix, 0xff, piece_bytes);
    call(modulus, radix, radix, one, addend);
    memset(residue, 0, piece_bytes);
    while (size != 0) {
        size_t piece = size % piece_bytes != 0 ? size % piece_bytes : piece_bytes;
        load_bytes(addend, limbs, bytes, piece);
        call(modulus, residue, residue, radix, addend);
        bytes += piece;
        size -= piece;
    }
}

static void reduce_base(const modulus_form *modulus, uint64_t *residue, const uint8_t *bytes, size_t size) {
    if (!modulus->is_long) {
        reduce_base_by_calls(modulus, residue, bytes, size);
        return;
    }
    uint64_t number[MAXIMUM_LIMBS + 1];
    size_t limbs = (size + DOUBLEWORD_BYTES - 1) / DOUBLEWORD_BYTES;
    limbs = (limbs < modulus->limbs ? modulus->limbs : limbs) + 1;
    load_bytes(number, limbs, bytes, size);
    reduce(number, limbs, modulus->shifted, modulus->limbs, modulus->reciprocal);
    memcpy(residue, number, modulus->limbs * DOUBLEWORD_BYTES);
}

/* From the multiple of the modulus to the modulus itself. */
static void finish_residue(const modulus_form *modulus, uint64_t *residue) {
    if (modulus->is_long) {
        uint64_t number[MAXIMUM_LIMBS + 1];
        memcpy(number, residue, modulus->limbs * DOUBLEWORD_BYTES);
        number[modulus->limbs] = 0;
        shift_up(number, modulus->limbs + 1, modulus->shift);
        reduce(number, modulus->limbs + 1, modulus->shifted, modulus->limbs, modulus->reciprocal);
        shift_down(number, modulus->limbs, modulus->shift);
        memcpy(residue, number, modulus->limbs * DOUBLEWORD_BYTES);
    }
}

/* Bits of big-endian bytes, counted from the least significant. */
static unsigned exponent_bit(const uint8_t *exponent, size_t size, size_t position) {
    return exponent[size - 1 - position / 8] >> (position % 8) & 1;
}

/* residue^exponent in place, by sliding windows from the highest bit. The exponent's first byte is not 0. */
static void raise(const modulus_form *modulus, uint64_t *residue, const uint8_t *exponent, size_t size) {
    uint64_t powers[ODD_POWERS][MAXIMUM_LIMBS], square[MAXIMUM_LIMBS];
    size_t bits = 8 * size - (size_t)(__builtin_clz(exponent[0]) - 24);
    size_t window_bits = bits <= SHORT_EXPONENT_BITS ? 1 : WINDOW_BITS;
    memcpy(powers[0], residue, modulus->limbs * DOUBLEWORD_BYTES);
    if (window_bits > 1) {
        multiply_modulo(modulus, square, residue, residue);
        for (size_t i = 1; i < ODD_POWERS; i++) {
            multiply_modulo(modulus, powers[i], powers[i - 1], square);
        }
    }
    bool is_begun = false;
    for (size_t above = bits; above > 0;) {
        if (exponent_bit(exponent, size, above - 1) == 0) {
            multiply_modulo(modulus, residue, residue, residue);
            above--;
            continue;
        }
        /* A window from this bit down to the lowest bit in reach that is 1. */
        size_t low = above > window_bits ? above - window_bits : 0;
        while (exponent_bit(exponent, size, low) == 0) {
            low++;
        }
        unsigned value = 0;
        for (; above > low; above--) {
            value = value << 1 | exponent_bit(exponent, size, above - 1);
            if (is_begun) {
                multiply_modulo(modulus, residue, residue, residue);
            }
        }
        if (is_begun) {
            multiply_modulo(modulus, residue, residue, powers[value / 2]);
        } else {
            memcpy(residue, powers[value / 2], modulus->limbs * DOUBLEWORD_BYTES);
            is_begun = true;
        }
    }
}

zkvm_status zkvm_modexp(const uint8_t *base, size_t base_len, const uint8_t *exp, size_t exp_len,
                        const uint8_t *modulus, size_t mod_len, uint8_t *output) {
    const size_t output_bytes = mod_len;
    modulus_form form;
    uint64_t residue[MAXIMUM_LIMBS];
    if (base_len > MAXIMUM_BYTES || exp_len > MAXIMUM_BYTES || mod_len > MAXIMUM_BYTES) {
        return ZKVM_EFAIL;
    }
    skip_zeros(&base, &base_len);
    skip_zeros(&exp, &exp_len);
    skip_zeros(&modulus, &mod_len);
    if (mod_len == 0 || (mod_len == 1 && *modulus == 1)) {
        store_bytes(output, output_bytes, residue, 0);
        return ZKVM_EOK;
    }
    prepare_modulus(&form, modulus, mod_len);
    if (exp_len == 0) {
        residue[0] = 1;
        store_bytes(output, output_bytes, residue, 1);
        return ZKVM_EOK;
    }
    reduce_base(&form, residue, base, base_len);
    raise(&form, residue, exp, exp_len);
    finish_residue(&form, residue);
    store_bytes(output, output_bytes, residue, form.limbs);
    return ZKVM_EOK;
}
