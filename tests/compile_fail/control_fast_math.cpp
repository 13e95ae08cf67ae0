// options: -ffast-math
// options: -fno-finite-math-only
#include <tweed/core/error.hpp>

int main() {}
