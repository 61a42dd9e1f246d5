/* Recurses without end: the stack meets its guard page. */
static volatile int depth;

static int deeper(int number) {
    volatile char frame[256];
    frame[number % 256] = (char)number;
    depth++;
    return deeper(number + 1) + frame[0];
}

int main(void) {
    return deeper(0);
}
