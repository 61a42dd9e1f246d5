/* Memory from the heap: malloc and its kin. Nothing is cleared but what calloc must clear; what is freed is joined with
   its free neighbours and handed out again, the best fitting first [Knuth, The Art of Computer Programming, volume 1,
   2.5: boundary tags]. A program that defines all of these that it uses has its own; one that defines only some does not
   link, for the others would not know its memory. */
#include "zkvm_exit.h"
#include "zkvm_memory.h"

/* Errors by their numbers in the C library of this target, whose headers may not be there. */
#define ENOMEM 12
#define EINVAL 22
extern __thread int errno;

#define ALIGNMENT 16
#define SMALLEST_BYTES 32
/* What of a block is not its user's. */
#define OVERHEAD_BYTES 8

/* The low bits of a size. */
#define FREE 1
#define AFTER_FREE 2
#define FLAGS 15

/* Blocks lie side by side, 16-aligned. A block's first doubleword belongs to the user of the block below it, unless
   that one is free: then it is the size of that block. The links are the user's while the block is in use. */
struct block {
    uint64_t size_below;
    uint64_t size_and_flags;
    struct block *next;
    struct block *previous;
};

#define HEADER_BYTES 16

/* Free blocks by size: exactly below 1024 bytes, by quarters of powers of two above. */
#define EXACT_BINS 64
#define EXACT_BYTES (EXACT_BINS * ALIGNMENT)
#define EXACT_LOG2 10
#define HEAP_LOG2 32
#define BINS (EXACT_BINS + 4 * (HEAP_LOG2 - EXACT_LOG2))
#define MAP_BITS 64
#define MAP_WORDS ((BINS + MAP_BITS - 1) / MAP_BITS)

static struct block *bins[BINS];
static uint64_t filled[MAP_WORDS];

/* Blocks end here; above is free. Memory from `untouched` on was never handed out, and is zero. */
static uint8_t *top = _heap_start;
static uint8_t *untouched = _heap_start;

static inline uint64_t size_of(const struct block *block) {
    return block->size_and_flags & ~(uint64_t)FLAGS;
}

static inline struct block *above(const struct block *block, uint64_t size) {
    return (struct block *)((uint8_t *)block + size);
}

static inline void *memory_of(struct block *block) {
    return (uint8_t *)block + HEADER_BYTES;
}

static inline struct block *block_of(void *memory) {
    return (struct block *)((uint8_t *)memory - HEADER_BYTES);
}

/* The position of the highest bit of a number that is not 0. */
static inline unsigned floor_log2(uint64_t number) {
    unsigned log2 = 0;
    for (unsigned bits = 32; bits != 0; bits /= 2) {
        if (number >> bits != 0) {
            number >>= bits;
            log2 += bits;
        }
    }
    return log2;
}

static inline unsigned bin_of(uint64_t size) {
    if (size < EXACT_BYTES) {
        return (unsigned)(size / ALIGNMENT);
    }
    unsigned log2 = floor_log2(size);
    return EXACT_BINS + 4 * (log2 - EXACT_LOG2) + (size >> (log2 - 2)) % 4;
}

static void put_into_bin(struct block *block, uint64_t size) {
    unsigned bin = bin_of(size);
    block->next = bins[bin];
    block->previous = NULL;
    if (block->next != NULL) {
        block->next->previous = block;
    }
    bins[bin] = block;
    filled[bin / MAP_BITS] |= (uint64_t)1 << bin % MAP_BITS;
}

static void take_from_bin(struct block *block, uint64_t size) {
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    if (block->previous != NULL) {
        block->previous->next = block->next;
        return;
    }
    unsigned bin = bin_of(size);
    bins[bin] = block->next;
    if (block->next == NULL) {
        filled[bin / MAP_BITS] &= ~((uint64_t)1 << bin % MAP_BITS);
    }
}

/* A free block of that size or more, still in its bin; NULL if there is none. */
static struct block *find(uint64_t size) {
    unsigned bin = bin_of(size);
    for (struct block *block = bins[bin]; block != NULL; block = block->next) {
        if (size_of(block) >= size) {
            return block;
        }
    }
    uint64_t mask = ~(uint64_t)1 << bin % MAP_BITS;
    for (unsigned word = bin / MAP_BITS; word < MAP_WORDS; word++, mask = ~(uint64_t)0) {
        uint64_t larger = filled[word] & mask;
        if (larger != 0) {
            return bins[word * MAP_BITS + floor_log2(larger & -larger)];
        }
    }
    return NULL;
}

/* Makes [block, block + size) free: joins it with what is free beside it. Its header's flag AFTER_FREE holds. */
static void release(struct block *block, uint64_t size) {
    struct block *next = above(block, size);
    /* Also where the header does not stay one: freeing the block again is noticed by it. */
    block->size_and_flags |= FREE;
    if (block->size_and_flags & AFTER_FREE) {
        uint64_t size_below = block->size_below;
        block = (struct block *)((uint8_t *)block - size_below);
        take_from_bin(block, size_below);
        size += size_below;
    }
    if ((uint8_t *)next == top) {
        top = (uint8_t *)block;
        return;
    }
    if (next->size_and_flags & FREE) {
        uint64_t size_above = size_of(next);
        take_from_bin(next, size_above);
        size += size_above;
        next = above(block, size);
    }
    /* Free neighbours have been joined, so the block below is in use. */
    block->size_and_flags = size | FREE;
    next->size_below = size;
    next->size_and_flags |= AFTER_FREE;
    put_into_bin(block, size);
}

/* Cuts a block that is in use down to a size, and frees the rest if that is enough for a block. */
static void trim(struct block *block, uint64_t size) {
    uint64_t rest = size_of(block) - size;
    if (rest >= SMALLEST_BYTES) {
        block->size_and_flags -= rest;
        struct block *cut = above(block, size);
        cut->size_and_flags = rest;
        release(cut, rest);
    }
}

/* Moves the end of all blocks up; false if the heap is too small. A last block's user has 8 bytes above it. */
static inline int raise_top(uint8_t *new_top) {
    if ((uintptr_t)new_top + OVERHEAD_BYTES > (uintptr_t)_heap_end) {
        return 0;
    }
    top = new_top;
    if (untouched < top + OVERHEAD_BYTES) {
        untouched = top + OVERHEAD_BYTES;
    }
    return 1;
}

/* The size of a block for so many bytes; 0 if no heap has it. */
static inline uint64_t block_size(size_t size) {
    if (size > (size_t)(_heap_end - _heap_start)) {
        return 0;
    }
    uint64_t needed = (size + OVERHEAD_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return needed < SMALLEST_BYTES ? SMALLEST_BYTES : needed;
}

static void *allocate(size_t size) {
    uint64_t needed = block_size(size);
    if (needed == 0) {
        return NULL;
    }
    struct block *block = find(needed);
    if (block != NULL) {
        uint64_t found = size_of(block);
        take_from_bin(block, found);
        block->size_and_flags = found;
        above(block, found)->size_and_flags &= ~(uint64_t)AFTER_FREE;
        trim(block, needed);
    } else {
        block = (struct block *)top;
        if (!raise_top(top + needed)) {
            return NULL;
        }
        block->size_and_flags = needed;
    }
    return memory_of(block);
}

/* A call's result, which is NULL where memory has run out. */
static inline void *or_error(void *memory) {
    if (memory == NULL) {
        errno = ENOMEM;
    }
    return memory;
}

void *malloc(size_t size) {
    return or_error(allocate(size));
}

void free(void *memory) {
    if (memory == NULL) {
        return;
    }
    struct block *block = block_of(memory);
    /* Freed twice: the heap would hand the block out twice. */
    if (block->size_and_flags & FREE) {
        abort();
    }
    release(block, size_of(block));
}

void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return or_error(NULL);
    }
    const uint8_t *zero = untouched;
    uint8_t *memory = allocate(bytes);
    if (memory != NULL && memory < zero) {
        memset(memory, 0, bytes < (size_t)(zero - memory) ? bytes : (size_t)(zero - memory));
    }
    return or_error(memory);
}

/* What the memory's user may use of it. */
size_t malloc_usable_size(void *memory) {
    return memory == NULL ? 0 : size_of(block_of(memory)) - OVERHEAD_BYTES;
}

/* Takes in what is free above the block, if that makes it large enough. */
static void grow_in_place(struct block *block, uint64_t needed) {
    uint64_t size = size_of(block);
    struct block *next = above(block, size);
    if ((uint8_t *)next == top) {
        if (raise_top((uint8_t *)block + needed)) {
            block->size_and_flags += needed - size;
        }
    } else if (next->size_and_flags & FREE && size + size_of(next) >= needed) {
        uint64_t added = size_of(next);
        take_from_bin(next, added);
        block->size_and_flags += added;
        above(block, size + added)->size_and_flags &= ~(uint64_t)AFTER_FREE;
    }
}

void *realloc(void *memory, size_t size) {
    if (memory == NULL) {
        return malloc(size);
    }
    uint64_t needed = block_size(size);
    if (needed == 0) {
        return or_error(NULL);
    }
    struct block *block = block_of(memory);
    if (needed > size_of(block)) {
        grow_in_place(block, needed);
    }
    if (needed <= size_of(block)) {
        trim(block, needed);
        return memory;
    }
    void *moved = allocate(size);
    if (moved != NULL) {
        memcpy(moved, memory, size_of(block) - OVERHEAD_BYTES);
        release(block, size_of(block));
    }
    return or_error(moved);
}

/* The alignment is a power of two. */
static void *allocate_aligned(size_t alignment, size_t size) {
    if (alignment <= ALIGNMENT) {
        return allocate(size);
    }
    size_t bytes;
    /* Room to leave a whole free block before the aligned one. */
    if (__builtin_add_overflow(size, alignment + SMALLEST_BYTES, &bytes)) {
        return NULL;
    }
    uint8_t *memory = allocate(bytes);
    if (memory == NULL) {
        return NULL;
    }
    struct block *block = block_of(memory);
    if ((uintptr_t)memory % alignment != 0) {
        uintptr_t aligned = ((uintptr_t)memory + SMALLEST_BYTES + alignment - 1) & -alignment;
        uint64_t below = aligned - (uintptr_t)memory;
        struct block *kept = above(block, below);
        kept->size_and_flags = size_of(block) - below;
        block->size_and_flags -= kept->size_and_flags;
        release(block, below);
        block = kept;
    }
    trim(block, block_size(size));
    return memory_of(block);
}

static inline int is_power_of_two(size_t number) {
    return number != 0 && (number & (number - 1)) == 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
    if (!is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }
    return or_error(allocate_aligned(alignment, size));
}

void *memalign(size_t alignment, size_t size) {
    return aligned_alloc(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || !is_power_of_two(alignment)) {
        return EINVAL;
    }
    void *allocated = allocate_aligned(alignment, size);
    if (allocated == NULL) {
        return ENOMEM;
    }
    *memory = allocated;
    return 0;
}
