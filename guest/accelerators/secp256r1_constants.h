/* Written by generate_constants.py. */
#ifndef LIMPID_SECP256R1_CONSTANTS_H
#define LIMPID_SECP256R1_CONSTANTS_H

#define SECP256R1_MODULUS {{0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}}
#define SECP256R1_MINUS_ONE {{0xfffffffffffffffe, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}}
#define SECP256R1_ORDER {{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}}
#define SECP256R1_A {{0xfffffffffffffffc, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}}
#define SECP256R1_B {{0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7}}
#define SECP256R1_GENERATOR {{{0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247}}, \
    {{0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b}}, false}

#endif
