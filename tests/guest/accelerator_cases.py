"""Cases of the examples that call accelerators: published vectors, and tries built here."""

from __future__ import annotations

from collections.abc import Mapping

from Crypto.Hash import keccak

from tests.guest.tries import Trie

Case = tuple[str, bytes, int | None, bytes]
"""Program, input, exit code, output."""


def keccak256(message: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=message).digest()


# go-ethereum, ecRecover.json, ValidKey.
_HASH = bytes.fromhex("18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c")
_SIGNATURE = bytes.fromhex(
    "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"
    "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549"
)
_ADDRESS = bytes.fromhex("a94f5374fce5edbc8e2a8697c15331677e6ebf0b")

# consensus-spec-tests, bls, sign_case_11b8c7cad5238946, of the root of zeros; key and signature uncompressed.
_BLS_KEY = bytes.fromhex(
    "1301803f8b5ac4a1133581fc676dfedc60d891dd5fa99028805e5ea5b08d3491af75d0707adab3b70c6a6a580217bf81"
    "0e4efa61b558d043cd3fed5c44ac75415de0d032586fecb22acbb67d508cde9f9536a7609d69c1d6e60450843e4ec59a"
)
_BLS_SIGNATURE = bytes.fromhex(
    "00b5ef5fe72628ce4cd5e904aeaa3279527843fae5ca9ca675f4f51ed8f83bbf7155da9ecc9663100a885d5dc6df96d9"
    "123c46be3a001c63ca711f87a005c200cc550b9429d5f4eb38d74322144f1b63926da3388979e5321012fb1a0526bcd1"
    "199b55af87f52f69faa1b8ceae870f919206fbf77218650ae4361bb1b6b3e7ce3817834b9b03decee442e35d6117898a"
    "16079e54408a846394920f62ed7a29b575444f8d35e465752045bb9c9be36186063e2182665e54800c37b189db8bfb9e"
)
_BLS_ROOT = bytes(32)

# go-ethereum, pointEvaluation.json, pointEvaluation1.
_VERSIONED_HASH = bytes.fromhex("01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b")
_COMMITMENT = bytes.fromhex(
    "8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7"
)
_Z = bytes.fromhex("564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306")
_Y = bytes.fromhex("24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1")
_OPENING = bytes.fromhex(
    "873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a"
)

PUBLISHED_ROOT = bytes.fromhex("5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84")
"""ethereum/tests, trietest.json, of the pairs below."""

PUBLISHED_TRIE = Trie({b"do": b"verb", b"dog": b"puppy", b"doge": b"coin", b"horse": b"stallion"})

# Paths are digests, as in Ethereum's state; some values make nodes of more than 255 bytes.
_BIG_PAIRS = {keccak256(bytes([i])): keccak256(bytes([i, i])) * (1 + i % 9) for i in range(200)}
_BIG_TRIE = Trie(_BIG_PAIRS)

# Every node but the root stands in its parent.
_SMALL_TRIE = Trie({b"\x11": b"a", b"\x12": b"b", b"\x21": b"c", b"\x2f": b"d"})

# A branch with a value, at the root, whose key is empty.
_EMPTY_KEY_TRIE = Trie({b"": b"nothing", b"x": b"a value that is longer than a node may be where it stands in another"})


def _found(trie: Trie, key: bytes, value: bytes) -> Case:
    return ("merkle_patricia", trie.request(key), 0, trie.root + bytes([len(key)]) + key + value)


def _refused(trie_input: bytes) -> Case:
    return ("merkle_patricia", trie_input, 2, b"")


def _changed(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


_KEY = keccak256(b"\x07")

MERKLE_PATRICIA: Mapping[str, Case] = {
    **{f"merkle_patricia {key.decode()}": _found(PUBLISHED_TRIE, key, value) for key, value in PUBLISHED_TRIE.pairs},
    **{f"merkle_patricia big {i}": _found(_BIG_TRIE, *pair) for i, pair in enumerate(_BIG_TRIE.pairs[:20])},
    **{f"merkle_patricia small {key.hex()}": _found(_SMALL_TRIE, key, value) for key, value in _SMALL_TRIE.pairs},
    **{
        f"merkle_patricia empty {len(key)}": _found(_EMPTY_KEY_TRIE, key, value) for key, value in _EMPTY_KEY_TRIE.pairs
    },
    "merkle_patricia one pair": _found(Trie({b"key": b"value"}), b"key", b"value"),
    **{
        f"merkle_patricia of the absent key {key!r}": _refused(PUBLISHED_TRIE.request(key))
        for key in (b"", b"d", b"dot", b"dogs", b"doges", b"hors", b"horses", b"zebra")
    },
    "merkle_patricia of another root": _refused(_changed(_BIG_TRIE.request(_KEY), 0)),
    "merkle_patricia of another key": _refused(_changed(_BIG_TRIE.request(_KEY), 40)),
    **{
        f"merkle_patricia changed at {position}": _refused(_changed(_BIG_TRIE.request(_KEY), position))
        for position in (-1, -40, 65, 66, 69, 70, 100)
    },
    "merkle_patricia with a node missing": _refused(_BIG_TRIE.request(_KEY, _BIG_TRIE.proof(_KEY)[:-1])),
    "merkle_patricia with a node too many": _refused(
        _BIG_TRIE.request(_KEY, [*_BIG_TRIE.proof(_KEY), _BIG_TRIE.proof(_KEY)[0]])
    ),
    "merkle_patricia cut short": _refused(_BIG_TRIE.request(_KEY)[:-1]),
    "merkle_patricia with a size cut short": _refused(_BIG_TRIE.request(_KEY, [])[:] + bytes(3)),
    "merkle_patricia without a key": ("merkle_patricia", bytes(32), 1, b""),
    "merkle_patricia with half a key": ("merkle_patricia", bytes(32) + b"\4abc", 1, b""),
}

CASES: Mapping[str, Case] = {
    **{
        f"keccak256 of {len(message)} bytes": ("keccak256", message, 0, keccak256(message))
        for message in (b"", b"abc", *(bytes(range(256))[:size] for size in (135, 136, 137)), bytes(1000))
    },
    "ecdsa_recovery": ("ecdsa_recovery", _HASH + _SIGNATURE + b"\1", 0, _HASH + _ADDRESS),
    "ecdsa_recovery of no signature": ("ecdsa_recovery", _HASH + bytes(64) + b"\1", 2, b""),
    "ecdsa_recovery with an identifier of 4": ("ecdsa_recovery", _HASH + _SIGNATURE + b"\4", 2, b""),
    "ecdsa_recovery cut short": ("ecdsa_recovery", _HASH + _SIGNATURE, 1, b""),
    "bls_signature": ("bls_signature", _BLS_KEY + _BLS_SIGNATURE + _BLS_ROOT, 0, _BLS_KEY + _BLS_ROOT),
    "bls_signature of another root": ("bls_signature", _BLS_KEY + _BLS_SIGNATURE + bytes(31) + b"\1", 2, b""),
    "bls_signature off the curve": ("bls_signature", _BLS_KEY + _changed(_BLS_SIGNATURE, 191) + _BLS_ROOT, 2, b""),
    "bls_signature at infinity": ("bls_signature", bytes(96 + 192) + _BLS_ROOT, 2, b""),
    "bls_signature cut short": ("bls_signature", _BLS_KEY + _BLS_SIGNATURE, 1, b""),
    "kzg_opening": ("kzg_opening", _COMMITMENT + _Z + _Y + _OPENING, 0, _VERSIONED_HASH + _Z + _Y),
    "kzg_opening of another value": ("kzg_opening", _COMMITMENT + _Z + _changed(_Y, 31) + _OPENING, 3, b""),
    "kzg_opening of no point": ("kzg_opening", bytes(48) + _Z + _Y + _OPENING, 2, b""),
    "kzg_opening cut short": ("kzg_opening", _COMMITMENT + _Z + _Y, 1, b""),
    **MERKLE_PATRICIA,
}
"""By name."""
