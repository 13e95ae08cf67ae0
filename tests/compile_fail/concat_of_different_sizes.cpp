// expect: LayerRejectsItsInput
// expect: At<1>
// expect: ConcatLayer
// expect: its_inputs_must_have_one_height_and_width
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, Concat<MaxPool<2>>, Flatten, Dense<2>>;
Model<Net> model;
