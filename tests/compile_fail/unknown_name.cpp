// expect: LayerRejectsItsInput
// expect: At<3, 1>
// expect: 's', 'k', 'p', 'i'
// expect: no_value_has_this_name_put_As_before_it
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, As<"skip">, ReLU, Add<From<"skpi">>, Flatten, Dense<2>>;
Model<Net> model;
