/* Sorts numbers by heapsort. Input: little-endian u32 numbers. Output: the same numbers in ascending order.
   Exit code 1 if the input ends inside a number, 2 if it exceeds the heap. */
#include "zkvm_io.h"
#include "zkvm_memory.h"

/* Restores the heap order of numbers[0..count) below a root whose two subtrees have it. */
static void sift_down(uint32_t *numbers, size_t root, size_t count) {
    uint32_t sinking = numbers[root];
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count) {
            break;
        }
        if (child + 1 < count && numbers[child] < numbers[child + 1]) {
            child++;
        }
        if (numbers[child] <= sinking) {
            break;
        }
        numbers[root] = numbers[child];
        root = child;
    }
    numbers[root] = sinking;
}

static void sort(uint32_t *numbers, size_t count) {
    for (size_t root = count / 2; root-- > 0;) {
        sift_down(numbers, root, count);
    }
    while (count > 1) {
        count--;
        uint32_t largest = numbers[0];
        numbers[0] = numbers[count];
        numbers[count] = largest;
        sift_down(numbers, 0, count);
    }
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size % sizeof(uint32_t) != 0) {
        return 1;
    }
    if (size > (size_t)(_heap_end - _heap_start)) {
        return 2;
    }
    uint32_t *numbers = (uint32_t *)_heap_start;
    memcpy(numbers, input, size);
    sort(numbers, size / sizeof(uint32_t));
    write_output((const uint8_t *)numbers, size);
    return 0;
}
