// options: -ffast-math
// options: -DTWEED_ALLOW_FAST_MATH
#include <tweed/core/error.hpp>

int main() {}
