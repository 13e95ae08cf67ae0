// expect: tweed: the loss cannot take the network's output
// expect: SoftmaxCE<10
// expect: output_has_another_number_of_classes
#include <tweed/tweed.hpp>

using namespace tweed;
using Net = Sequential<Input<28, 28, 1>, Flatten, Dense<9>>;

void train(Model<Net>& model, const Dataset<>& data) { fit(model, SoftmaxCE<10>{}, Adam{}, data); }
