// options: -fno-exceptions
// expect: tweed needs exceptions: compile without -fno-exceptions
// errors: 2
#include <tweed/tweed.hpp>

int main() {}
