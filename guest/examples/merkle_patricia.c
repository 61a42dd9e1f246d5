/* A value in a Merkle-Patricia trie, as Ethereum keeps its state in [Ethereum yellow paper, appendix D]. Input: the root
   (32 bytes), the key's size (one byte) and the key; then the nodes from the root down, each behind its size (four bytes,
   little-endian). Output: the root, the key's size and the key, the value. Exit code 1 if the input's sizes are wrong, 2
   if the nodes do not show a value under this key. */
#include "zkvm_accelerators.h"
#include "zkvm_io.h"
#include "zkvm_memory.h"

#define HASH_BYTES 32
#define BRANCH_ITEMS 17
#define LEAF_FLAG 2
#define ODD_FLAG 1

struct bytes {
    const uint8_t *start;
    size_t size;
};

/* A piece of RLP [yellow paper, appendix B]: a byte string or a list, with and without its header. */
struct item {
    bool is_list;
    struct bytes encoding;
    struct bytes content;
};

static struct bytes behind(struct bytes all, size_t size) {
    return (struct bytes){all.start + size, all.size - size};
}

/* Takes one item off the start; false where there is none. */
static bool take_item(struct bytes *rest, struct item *item) {
    if (rest->size == 0) {
        return false;
    }
    uint8_t first = rest->start[0];
    bool is_list = first >= 0xc0;
    size_t header = 1, size;
    uint8_t base = is_list ? 0xc0 : 0x80;
    if (first < 0x80) {
        header = 0;
        size = 1;
    } else if (first - base <= 55) {
        size = first - base;
    } else {
        size_t size_bytes = first - base - 55;
        header += size_bytes;
        /* No node has 2^24 bytes. */
        if (size_bytes > 3 || header > rest->size) {
            return false;
        }
        size = 0;
        for (size_t i = 1; i < header; i++) {
            size = size << 8 | rest->start[i];
        }
    }
    if (size > rest->size - header) {
        return false;
    }
    *item = (struct item){is_list, {rest->start, header + size}, {rest->start + header, size}};
    *rest = behind(*rest, header + size);
    return true;
}

/* The items of a node: how many there are, 0 where it is no list of at most 17. */
static size_t items_of(struct bytes node, struct item items[BRANCH_ITEMS]) {
    struct item list;
    if (!take_item(&node, &list) || !list.is_list || node.size != 0) {
        return 0;
    }
    size_t count = 0;
    for (struct bytes rest = list.content; rest.size != 0; count++) {
        if (count == BRANCH_ITEMS || !take_item(&rest, &items[count])) {
            return 0;
        }
    }
    return count;
}

static uint8_t nibble(struct bytes path, size_t position) {
    return position % 2 == 0 ? path.start[position / 2] >> 4 : path.start[position / 2] & 0xf;
}

/* Takes the nibbles of a leaf or an extension off the key, from a position on; false where the key has others. */
static bool follow(struct bytes encoded, struct bytes key, size_t *position) {
    size_t first = nibble(encoded, 0) & ODD_FLAG ? 1 : 2, end = 2 * encoded.size;
    if (end - first > 2 * key.size - *position) {
        return false;
    }
    for (size_t i = first; i < end; i++) {
        if (nibble(encoded, i) != nibble(key, (*position)++)) {
            return false;
        }
    }
    return true;
}

/* Takes a node that is given by its hash off the input. */
static bool take_node(struct bytes *rest, const uint8_t hash[HASH_BYTES], struct bytes *node) {
    uint32_t size;
    zkvm_keccak256_hash found;
    if (rest->size < sizeof size) {
        return false;
    }
    memcpy(&size, rest->start, sizeof size);
    *rest = behind(*rest, sizeof size);
    if (size > rest->size) {
        return false;
    }
    *node = (struct bytes){rest->start, size};
    *rest = behind(*rest, size);
    zkvm_keccak256(node->start, node->size, &found);
    return memcmp(found.data, hash, HASH_BYTES) == 0;
}

/* Walks from the root to the value; false where the nodes do not lead to one. */
static bool find(const uint8_t root[HASH_BYTES], struct bytes key, struct bytes *nodes, struct bytes *value) {
    struct bytes node;
    struct item items[BRANCH_ITEMS];
    size_t position = 0;
    if (!take_node(nodes, root, &node)) {
        return false;
    }
    for (;;) {
        size_t count = items_of(node, items);
        const struct item *next;
        bool is_end;
        if (count == BRANCH_ITEMS) {
            is_end = position == 2 * key.size;
            next = &items[is_end ? BRANCH_ITEMS - 1 : nibble(key, position++)];
        } else if (count == 2 && !items[0].is_list && items[0].content.size != 0) {
            is_end = nibble(items[0].content, 0) & LEAF_FLAG;
            next = &items[1];
            if (!follow(items[0].content, key, &position) || (is_end && position != 2 * key.size)) {
                return false;
            }
        } else {
            return false;
        }
        if (is_end) {
            *value = next->content;
            /* A branch without a value has an empty one. */
            return !next->is_list && value->size != 0;
        }
        if (next->is_list) {
            /* A node of less than 32 bytes stands where its hash would. */
            node = next->encoding;
        } else if (next->content.size != HASH_BYTES || !take_node(nodes, next->content.start, &node)) {
            return false;
        }
    }
}

int main(void) {
    struct bytes input, value;
    read_input(&input.start, &input.size);
    if (input.size < HASH_BYTES + 1 || input.size < (size_t)HASH_BYTES + 1 + input.start[HASH_BYTES]) {
        return 1;
    }
    struct bytes key = {input.start + HASH_BYTES + 1, input.start[HASH_BYTES]};
    struct bytes nodes = behind(input, HASH_BYTES + 1 + key.size);
    if (!find(input.start, key, &nodes, &value) || nodes.size != 0) {
        return 2;
    }
    write_output(input.start, HASH_BYTES + 1 + key.size);
    write_output(value.start, value.size);
    return 0;
}
