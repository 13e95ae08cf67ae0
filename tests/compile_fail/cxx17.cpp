// options: -std=c++17
// expect: tweed needs C++20: compile with -std=c++20 or newer
// errors: 2
#include <tweed/tweed.hpp>

int main() {}
