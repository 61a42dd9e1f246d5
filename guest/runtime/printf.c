/* Formatted output [C17, 7.21.6.1], on which picolibc's printf, sprintf and all others stand. picolibc's own gives only
   the shortest digits that tell a double apart, and zeros after them; this one gives the digits of the number. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "decimal.h"

struct specification {
    bool left, plus, space, alternative, zero;
    int width;
    /* Negative if there is none. */
    int precision;
    /* Bytes of an integer; 16 for a long double. */
    int size;
    char conversion;
};

struct output {
    FILE *stream;
    int count;
    bool has_failed;
};

static void put(struct output *output, char character) {
    output->has_failed |= output->stream->put(character, output->stream) < 0;
    output->count++;
}

static void repeat(struct output *output, char character, int count) {
    for (; count > 0; count--) {
        put(output, character);
    }
}

static void put_text(struct output *output, const char *text, int size) {
    for (int i = 0; i < size; i++) {
        put(output, text[i]);
    }
}

static void put_padded(struct output *output, const struct specification *how, const char *text, int size) {
    repeat(output, ' ', how->left ? 0 : how->width - size);
    put_text(output, text, size);
    repeat(output, ' ', how->left ? how->width - size : 0);
}

static inline bool is_capital(char letter) {
    return letter >= 'A' && letter <= 'Z';
}

static inline char digit_of(unsigned value, bool capital) {
    return (char)(value < 10 ? '0' + value : (capital ? 'A' : 'a') + value - 10);
}

/* What stands before the digits of a number: its sign, and 0x. */
struct prefix {
    char text[3];
    int size;
};

static struct prefix sign_of(const struct specification *how, bool is_negative) {
    struct prefix prefix = {.size = 0};
    if (is_negative || how->plus || how->space) {
        prefix.text[prefix.size++] = is_negative ? '-' : how->plus ? '+' : ' ';
    }
    return prefix;
}

/* Blanks, prefix and zeros before a number of so many characters; gives the blanks after it. */
static int begin_number(struct output *output, const struct specification *how, const struct prefix *prefix, int size) {
    int padding = how->width - prefix->size - size;
    bool zeros = how->zero && !how->left;
    repeat(output, ' ', zeros || how->left ? 0 : padding);
    put_text(output, prefix->text, prefix->size);
    repeat(output, '0', zeros ? padding : 0);
    return how->left ? padding : 0;
}

static void put_integer(struct output *output, struct specification *how, uint64_t value, bool is_negative) {
    char digits[24];
    int count = 0;
    unsigned base = how->conversion == 'o' ? 8 : how->conversion == 'x' || how->conversion == 'X' || how->conversion == 'p' ? 16 : 10;
    bool is_signed = how->conversion == 'd' || how->conversion == 'i';
    struct prefix prefix = is_signed ? sign_of(how, is_negative) : (struct prefix){.size = 0};
    if (base == 16 && (how->conversion == 'p' || (how->alternative && value != 0))) {
        prefix.text[prefix.size++] = '0';
        prefix.text[prefix.size++] = how->conversion == 'X' ? 'X' : 'x';
    }
    for (; value != 0; value /= base) {
        digits[count++] = digit_of((unsigned)(value % base), how->conversion == 'X');
    }
    int least = how->precision < 0 ? 1 : how->precision;
    if (base == 8 && how->alternative && least <= count) {
        least = count + 1;
    }
    how->zero = how->zero && how->precision < 0;
    int zeros = least > count ? least - count : 0;
    int after = begin_number(output, how, &prefix, zeros + count);
    repeat(output, '0', zeros);
    while (count != 0) {
        put(output, digits[--count]);
    }
    repeat(output, ' ', after);
}

/* The digit at a position, which may lie before or behind those that are written down. */
static inline char digit_at(const struct decimal *decimal, int position) {
    return position < 0 || position >= decimal->count ? '0' : decimal->digits[position];
}

static void put_fixed(
    struct output *output, const struct specification *how, const struct prefix *prefix, const struct decimal *decimal, int places) {
    int before = decimal->point > 0 ? decimal->point : 1;
    bool has_point = places > 0 || how->alternative;
    int after = begin_number(output, how, prefix, before + has_point + places);
    for (int i = decimal->point - before; i < decimal->point; i++) {
        put(output, digit_at(decimal, i));
    }
    if (has_point) {
        put(output, '.');
    }
    for (int i = 0; i < places; i++) {
        put(output, digit_at(decimal, decimal->point + i));
    }
    repeat(output, ' ', after);
}

/* The letter, the sign and at least so many digits of an exponent; their number. */
static int exponent_text(char *text, char letter, int exponent, int least) {
    char digits[8];
    int count = 0, size = 0;
    text[size++] = letter;
    text[size++] = exponent < 0 ? '-' : '+';
    for (unsigned left = (unsigned)(exponent < 0 ? -exponent : exponent); left != 0 || count < least; left /= 10) {
        digits[count++] = (char)('0' + left % 10);
    }
    while (count != 0) {
        text[size++] = digits[--count];
    }
    return size;
}

static void put_scientific(
    struct output *output, const struct specification *how, const struct prefix *prefix, const struct decimal *decimal, int places) {
    char exponent[10];
    char letter = is_capital(how->conversion) ? 'E' : 'e';
    int size = exponent_text(exponent, letter, decimal->count == 0 ? 0 : decimal->point - 1, 2);
    bool has_point = places > 0 || how->alternative;
    int after = begin_number(output, how, prefix, 1 + has_point + places + size);
    put(output, digit_at(decimal, 0));
    if (has_point) {
        put(output, '.');
    }
    for (int i = 1; i <= places; i++) {
        put(output, digit_at(decimal, i));
    }
    put_text(output, exponent, size);
    repeat(output, ' ', after);
}

static void put_shorter(
    struct output *output, const struct specification *how, const struct prefix *prefix, struct decimal *decimal, int precision) {
    int significant = precision == 0 ? 1 : precision;
    round_to(decimal, significant);
    int exponent = decimal->count == 0 ? 0 : decimal->point - 1;
    if (exponent < -4 || exponent >= significant) {
        int places = how->alternative ? significant - 1 : decimal->count - 1;
        put_scientific(output, how, prefix, decimal, places);
    } else {
        int places = how->alternative ? significant - 1 - exponent : decimal->count - decimal->point;
        put_fixed(output, how, prefix, decimal, places > 0 ? places : 0);
    }
}

#define QUAD_HEX_DIGITS 28
#define DOUBLE_HEX_DIGITS 13

static void put_hexadecimal(struct output *output, const struct specification *how, struct prefix *prefix, struct real real) {
    uint8_t digits[1 + QUAD_HEX_DIGITS];
    int count = real.is_quad ? QUAD_HEX_DIGITS : DOUBLE_HEX_DIGITS;
    bool capital = is_capital(how->conversion);
    bool is_zero = (real.high | real.low) == 0;
    for (int i = 0; i <= count; i++) {
        int shift = 4 * (count - i);
        digits[i] = (uint8_t)((real.is_quad && shift < 64 ? real.low >> shift : real.high >> (real.is_quad ? shift - 64 : shift)) & 15);
    }
    int places = how->precision;
    if (places < 0) {
        for (places = count; places != 0 && digits[places] == 0;) {
            places--;
        }
    } else if (places < count) {
        bool is_half = digits[places + 1] == 8;
        for (int i = places + 2; i <= count; i++) {
            is_half = is_half && digits[i] == 0;
        }
        if (is_half ? digits[places] % 2 != 0 : digits[places + 1] >= 8) {
            int i = places;
            for (; i != 0 && digits[i] == 15; i--) {
                digits[i] = 0;
            }
            digits[i]++;
        }
    }
    char exponent[10];
    int size = exponent_text(exponent, capital ? 'P' : 'p', is_zero ? 0 : real.exponent + (real.is_quad ? 112 : 52), 1);
    bool has_point = places > 0 || how->alternative;
    prefix->text[prefix->size++] = '0';
    prefix->text[prefix->size++] = capital ? 'X' : 'x';
    int after = begin_number(output, how, prefix, 1 + has_point + places + size);
    put(output, digit_of(digits[0], capital));
    if (has_point) {
        put(output, '.');
    }
    for (int i = 1; i <= places; i++) {
        put(output, i <= count ? digit_of(digits[i], capital) : '0');
    }
    put_text(output, exponent, size);
    repeat(output, ' ', after);
}

static void put_real(struct output *output, struct specification *how, struct real real) {
    struct prefix prefix = sign_of(how, real.is_negative);
    bool capital = is_capital(how->conversion);
    if (real.is_nan || real.is_infinite) {
        how->zero = false;
        int after = begin_number(output, how, &prefix, 3);
        put_text(output, real.is_nan ? (capital ? "NAN" : "nan") : capital ? "INF" : "inf", 3);
        repeat(output, ' ', after);
        return;
    }
    char conversion = (char)(how->conversion | ' ');
    if (conversion == 'a') {
        put_hexadecimal(output, how, &prefix, real);
        return;
    }
    struct decimal decimal;
    int precision = how->precision < 0 ? 6 : how->precision;
    expand(&real, &decimal);
    if (conversion == 'f') {
        round_to(&decimal, decimal.point + precision);
        put_fixed(output, how, &prefix, &decimal, precision);
    } else if (conversion == 'e') {
        round_to(&decimal, precision + 1);
        put_scientific(output, how, &prefix, &decimal, precision);
    } else {
        put_shorter(output, how, &prefix, &decimal, precision);
    }
}

static int64_t narrowed(int64_t value, int size) {
    return size == 1 ? (int8_t)value : size == 2 ? (int16_t)value : size == 4 ? (int32_t)value : value;
}

static int read_number(const char **format) {
    int number = 0;
    for (; **format >= '0' && **format <= '9'; ++*format) {
        number = 10 * number + (**format - '0');
    }
    return number;
}

static void read_flags(const char **format, struct specification *how) {
    for (;; ++*format) {
        switch (**format) {
        case '-':
            how->left = true;
            break;
        case '+':
            how->plus = true;
            break;
        case ' ':
            how->space = true;
            break;
        case '#':
            how->alternative = true;
            break;
        case '0':
            how->zero = true;
            break;
        default:
            return;
        }
    }
}

static void read_size(const char **format, struct specification *how) {
    how->size = sizeof(int);
    for (;; ++*format) {
        switch (**format) {
        case 'h':
            how->size = how->size == 2 ? 1 : 2;
            break;
        case 'l':
        case 'q':
        case 'j':
        case 'z':
        case 't':
            how->size = 8;
            break;
        case 'L':
            how->size = 16;
            break;
        default:
            return;
        }
    }
}

int vfprintf(FILE *stream, const char *format, va_list arguments) {
    struct output output = {.stream = stream};
    if ((stream->flags & __SWR) == 0) {
        return EOF;
    }
    while (*format != '\0') {
        if (*format != '%') {
            put(&output, *format++);
            continue;
        }
        format++;
        struct specification how = {.precision = -1};
        read_flags(&format, &how);
        if (*format == '*') {
            how.width = va_arg(arguments, int);
            format++;
        } else {
            how.width = read_number(&format);
        }
        if (how.width < 0) {
            how.left = true;
            how.width = -how.width;
        }
        if (*format == '.') {
            format++;
            if (*format == '*') {
                how.precision = va_arg(arguments, int);
                format++;
            } else {
                how.precision = read_number(&format);
            }
        }
        read_size(&format, &how);
        how.conversion = *format;
        switch (how.conversion) {
        case '\0':
            return EOF;
        case 'd':
        case 'i': {
            int64_t value = how.size < 8 ? va_arg(arguments, int) : va_arg(arguments, int64_t);
            value = narrowed(value, how.size);
            put_integer(&output, &how, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0);
            break;
        }
        case 'u':
        case 'o':
        case 'x':
        case 'X': {
            uint64_t value = how.size < 8 ? va_arg(arguments, unsigned) : va_arg(arguments, uint64_t);
            put_integer(&output, &how, how.size < 4 ? value & ((1u << 8 * how.size) - 1) : value, false);
            break;
        }
        case 'p':
            put_integer(&output, &how, (uintptr_t)va_arg(arguments, void *), false);
            break;
        case 'c': {
            char character = (char)va_arg(arguments, int);
            put_padded(&output, &how, &character, 1);
            break;
        }
        case 's': {
            const char *text = va_arg(arguments, const char *);
            int size = 0;
            text = text == NULL ? "(null)" : text;
            while (size != how.precision && text[size] != '\0') {
                size++;
            }
            put_padded(&output, &how, text, size);
            break;
        }
        case 'n': {
            void *place = va_arg(arguments, void *);
            switch (how.size) {
            case 1:
                *(int8_t *)place = (int8_t)output.count;
                break;
            case 2:
                *(int16_t *)place = (int16_t)output.count;
                break;
            case 4:
                *(int32_t *)place = output.count;
                break;
            default:
                *(int64_t *)place = output.count;
            }
            break;
        }
        case 'a':
        case 'A':
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
            put_real(&output, &how,
                     how.size == 16 ? real_of_quad(va_arg(arguments, long double)) : real_of_double(va_arg(arguments, double)));
            break;
        default:
            put(&output, how.conversion);
        }
        format++;
    }
    return output.has_failed ? EOF : output.count;
}
