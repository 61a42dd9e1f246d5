// The C++ standard library: containers, algorithms, text, functions; exceptions where they are compiled in.
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "zkvm_io.h"

static int sum(std::span<const int> numbers) {
    int total = 0;
    for (int number : numbers) {
        total += number;
    }
    return total;
}

int main() {
    std::vector<int> numbers{3, 1, 2};
    std::sort(numbers.begin(), numbers.end());
    std::map<std::string, int> counts;
    for (const char *word : {"one", "two", "one"}) {
        counts[word]++;
    }
    std::unordered_map<int, std::string> names{{7, "a text that is too long to stand inside"}};
    std::set<int> unique(numbers.begin(), numbers.end());
    std::deque<int> queue(100, 1);
    std::array<int, 2> pair{4, 5};
    auto shared = std::make_shared<int>(6);
    std::function<int(int)> add = [&](int number) { return number + *shared; };
    std::string text = std::to_string(numbers[0]) + " " + std::to_string(counts["one"]) + " " + names[7].substr(0, 6) + " " +
                       std::to_string(unique.size() + queue.size()) + " " + std::to_string(sum(pair)) + " " +
                       std::to_string(add(1));
#ifdef __cpp_exceptions
    try {
        numbers.at(10) = 1;
    } catch (const std::out_of_range &error) {
        text += std::string(" caught ") + error.what();
    }
    try {
        throw 5;
    } catch (int number) {
        text += " " + std::to_string(number);
    }
#endif
    write_output(reinterpret_cast<const uint8_t *>(text.data()), text.size());
    return 0;
}
