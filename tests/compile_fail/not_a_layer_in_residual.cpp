// expect: LayerRejectsItsInput
// expect: At<1, 2, 2>
// expect: NotALayer
// expect: it_is_no_layer_compare_it_with_the_concept_LayerValue
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

struct NotALayer {};

using Net = Sequential<Input<8, 8, 3>, Residual<ReLU, NotALayer>>;
Model<Net> model;
