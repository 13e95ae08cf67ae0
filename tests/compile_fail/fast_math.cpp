// options: -ffast-math
// expect: tweed knows failed training by NaN: add -fno-finite-math-only or -DTWEED_ALLOW_FAST_MATH
// errors: 2
#include <tweed/tweed.hpp>

int main() {}
