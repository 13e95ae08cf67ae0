// expect: LayerRejectsItsInput
// expect: At<1>
// expect: AddLayer
// expect: it_joins_several_values_put_it_into_a_Join
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, AddLayer, Flatten, Dense<2>>;
Model<Net> model;
