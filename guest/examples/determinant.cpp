// The determinant of a matrix modulo 2^61 - 1, with C++ objects on the heap. Input: the side, then its square many
// numbers by rows, all little-endian u64. Output: the determinant. Exit code 1 if the input's size is wrong.
#include "zkvm_io.h"
#include "zkvm_memory.h"

// A number modulo the Mersenne prime 2^61 - 1.
class Element {
public:
    Element(uint64_t number = 0) : value(number % prime) {}
    Element operator+(Element other) const { return Element(value + other.value); }
    Element operator-(Element other) const { return Element(value + prime - other.value); }
    Element operator*(Element other) const { return Element(reduced((unsigned __int128)value * other.value)); }
    explicit operator bool() const { return value != 0; }
    uint64_t number() const { return value; }

    // By Fermat's little theorem.
    Element inverse() const {
        Element result = 1, power = *this;
        for (uint64_t exponent = prime - 2; exponent != 0; exponent >>= 1) {
            if (exponent & 1) {
                result = result * power;
            }
            power = power * power;
        }
        return result;
    }

private:
    static const uint64_t prime = (UINT64_C(1) << 61) - 1;

    // 2^61 is 1, so the bits from 61 on add to those below.
    static uint64_t reduced(unsigned __int128 product) { return (uint64_t)(product & prime) + (uint64_t)(product >> 61); }

    uint64_t value;
};

class Matrix {
public:
    Matrix(size_t side, const uint8_t *numbers) : side(side), elements(new Element[side * side]) {
        for (size_t i = 0; i < side * side; i++) {
            uint64_t number;
            memcpy(&number, numbers + i * sizeof number, sizeof number);
            elements[i] = Element(number);
        }
    }
    ~Matrix() { delete[] elements; }
    Element &at(size_t row, size_t column) { return elements[row * side + column]; }

    // By Gaussian elimination, which leaves an upper triangle.
    Element determinant() {
        Element product = 1;
        for (size_t step = 0; step < side; step++) {
            size_t pivot = step;
            while (pivot < side && !at(pivot, step)) {
                pivot++;
            }
            if (pivot == side) {
                return 0;
            }
            if (pivot != step) {
                swap_rows(pivot, step);
                product = Element(0) - product;
            }
            product = product * at(step, step);
            Element inverse = at(step, step).inverse();
            for (size_t row = step + 1; row < side; row++) {
                Element factor = at(row, step) * inverse;
                for (size_t column = step; column < side; column++) {
                    at(row, column) = at(row, column) - factor * at(step, column);
                }
            }
        }
        return product;
    }

private:
    void swap_rows(size_t first, size_t second) {
        for (size_t column = 0; column < side; column++) {
            Element kept = at(first, column);
            at(first, column) = at(second, column);
            at(second, column) = kept;
        }
    }

    size_t side;
    Element *elements;
};

int main() {
    const uint8_t *input;
    size_t size;
    uint64_t side;
    read_input(&input, &size);
    if (size < sizeof side) {
        return 1;
    }
    memcpy(&side, input, sizeof side);
    if (side > 1000 || size != sizeof side * (1 + side * side)) {
        return 1;
    }
    Matrix *matrix = new Matrix(side, input + sizeof side);
    uint64_t determinant = matrix->determinant().number();
    delete matrix;
    write_output((const uint8_t *)&determinant, sizeof determinant);
    return 0;
}
