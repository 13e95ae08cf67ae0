// expect: LayerRejectsItsInput
// expect: At<1>
// expect: string
// expect: it_is_no_layer_compare_it_with_the_concept_LayerValue
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

#include <string>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, std::string>> model;
