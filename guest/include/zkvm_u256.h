/* Arithmetic of the Ethereum virtual machine on 256-bit words, each 32 big-endian bytes. The standard is a draft.

   Every function returns ZKVM_EOK. A result may lie where an operand lies; two results lie apart. */
#ifndef ZKVM_U256_H
#define ZKVM_U256_H

#include "zkvm_accelerators.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef zkvm_bytes_32 zkvm_u256;

/* Modulo 2^256. */
zkvm_status zkvm_u256_add(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_sub(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_mul(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_exp(const zkvm_u256 *base, const zkvm_u256 *exponent, zkvm_u256 *result);

/* Quotient and remainder, both 0 where b is 0. */
zkvm_status zkvm_u256_div(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient);
zkvm_status zkvm_u256_mod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *remainder);
zkvm_status zkvm_u256_divmod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient, zkvm_u256 *remainder);

/* The same in two's complement: the quotient rounds towards 0, the remainder has the sign of a; -2^255 / -1 is -2^255. */
zkvm_status zkvm_u256_sdiv(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient);
zkvm_status zkvm_u256_smod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *remainder);
zkvm_status zkvm_u256_sdivmod(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *quotient, zkvm_u256 *remainder);

/* (a + b) mod n and (a b) mod n of the full sum and product; 0 where n is 0. */
zkvm_status zkvm_u256_addmod(const zkvm_u256 *a, const zkvm_u256 *b, const zkvm_u256 *n, zkvm_u256 *result);
zkvm_status zkvm_u256_mulmod(const zkvm_u256 *a, const zkvm_u256 *b, const zkvm_u256 *n, zkvm_u256 *result);

/* Copies the sign bit of byte b, counted from the least significant, over all bytes above it; b >= 31 changes nothing. */
zkvm_status zkvm_u256_signextend(const zkvm_u256 *b, const zkvm_u256 *value, zkvm_u256 *result);

/* Comparisons: the result is the number 1 or 0. */
zkvm_status zkvm_u256_lt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_gt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_slt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_sgt(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_eq(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_iszero(const zkvm_u256 *a, zkvm_u256 *result);

zkvm_status zkvm_u256_and(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_or(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_xor(const zkvm_u256 *a, const zkvm_u256 *b, zkvm_u256 *result);
zkvm_status zkvm_u256_not(const zkvm_u256 *a, zkvm_u256 *result);

/* Byte i of a, counted from the most significant; 0 where i >= 32. */
zkvm_status zkvm_u256_byte(const zkvm_u256 *i, const zkvm_u256 *a, zkvm_u256 *result);

/* Shifts; by 256 bits or more they leave 0, or all copies of the sign bit for sar. */
zkvm_status zkvm_u256_shl(const zkvm_u256 *shift, const zkvm_u256 *value, zkvm_u256 *result);
zkvm_status zkvm_u256_shr(const zkvm_u256 *shift, const zkvm_u256 *value, zkvm_u256 *result);
zkvm_status zkvm_u256_sar(const zkvm_u256 *shift, const zkvm_u256 *value, zkvm_u256 *result);

#ifdef __cplusplus
}
#endif

#endif
