/* Knows a solution without showing it. Input: a Sudoku and its solution, 81 digits each, 0 for an empty cell.
   Output: the Sudoku. Exit code 1 if the input is not that, 2 if the solution is wrong. */
#include "zkvm_io.h"

#define SIDE 9
#define BOX 3
#define CELLS (SIDE * SIDE)
#define ALL_DIGITS 0x3fe

/* The set of digits in nine cells, given by the position of each. */
#define DIGITS(solution, position)                                                                            \
    ({                                                                                                        \
        unsigned digits = 0;                                                                                  \
        for (unsigned i = 0; i < SIDE; i++) {                                                                 \
            digits |= 1u << ((solution)[position] - '0');                                                     \
        }                                                                                                     \
        digits;                                                                                               \
    })

static int is_solution(const uint8_t *puzzle, const uint8_t *solution) {
    for (unsigned cell = 0; cell < CELLS; cell++) {
        if (puzzle[cell] != '0' && puzzle[cell] != solution[cell]) {
            return 0;
        }
    }
    for (unsigned unit = 0; unit < SIDE; unit++) {
        unsigned corner = unit / BOX * BOX * SIDE + unit % BOX * BOX;
        if (DIGITS(solution, SIDE * unit + i) != ALL_DIGITS || DIGITS(solution, SIDE * i + unit) != ALL_DIGITS
            || DIGITS(solution, corner + i / BOX * SIDE + i % BOX) != ALL_DIGITS) {
            return 0;
        }
    }
    return 1;
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size != 2 * CELLS) {
        return 1;
    }
    for (unsigned cell = 0; cell < 2 * CELLS; cell++) {
        if (input[cell] < '0' || input[cell] > '9') {
            return 1;
        }
    }
    if (!is_solution(input, input + CELLS)) {
        return 2;
    }
    write_output(input, CELLS);
    return 0;
}
