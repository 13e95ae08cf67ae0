// expect: LayerRejectsItsInput
// expect: At<1>
// expect: ConcatLayer
// expect: it_has_more_than_16_operands
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net =
    Sequential<Input<8, 8, 3>,
               Concat<Path<>, Path<>, Path<>, Path<>, Path<>, Path<>, Path<>, Path<>, Path<>,
                      Path<>, Path<>, Path<>, Path<>, Path<>, Path<>, Path<>, Path<>>>;
Model<Net> model;
