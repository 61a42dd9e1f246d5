// C++ on the heap: new and delete in every form, virtual functions, a static object inside a function.
#include "zkvm_exit.h"
#include "zkvm_io.h"

struct Shape {
    virtual ~Shape() { destroyed++; }
    virtual uint8_t corners() const = 0;
    static uint8_t destroyed;
};
uint8_t Shape::destroyed;

struct Polygon : Shape {
    explicit Polygon(uint8_t count) : count(count) {}
    uint8_t corners() const override { return count; }
    uint8_t count;
};

struct Counter {
    Counter() { constructed++; }
    uint8_t next() { return ++value; }
    uint8_t value = 10;
    static uint8_t constructed;
};
uint8_t Counter::constructed;

static Counter &counter() {
    static Counter only;
    return only;
}

int main() {
    Shape *shapes[] = {new Polygon(3), new Polygon(4)};
    uint8_t *numbers = new uint8_t[5]();
    for (unsigned i = 0; i < 2; i++) {
        numbers[i] = shapes[i]->corners();
        delete shapes[i];
    }
    numbers[2] = Shape::destroyed;
    counter().next();
    numbers[3] = counter().next();
    numbers[4] = Counter::constructed;
    write_output(numbers, 5);
    delete[] numbers;
    return 0;
}
