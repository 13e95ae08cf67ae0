// expect: LayerRejectsItsInput
// expect: At<2, 1>
// expect: no_value_has_this_name_put_As_before_it
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, Block<As<"x">, ReLU>, Add<From<"x">>>;
Model<Net> model;
