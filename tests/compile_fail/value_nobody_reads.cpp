// expect: LayerRejectsItsInput
// expect: At<2>
// expect: Conv2D<4
// expect: nobody_reads_what_it_makes
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, As<"x">, Conv2D<4, 3>, From<"x">, Flatten, Dense<2>>;
Model<Net> model;
