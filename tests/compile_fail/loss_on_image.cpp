// expect: tweed: the loss cannot take the network's output
// expect: output_is_an_image_put_Flatten_and_Dense_behind_it_or_take_PixelSoftmaxCE
#include <tweed/tweed.hpp>

using namespace tweed;
using Net = Sequential<Input<28, 28, 1>, Conv2D<10, 3>>;

void test(const Model<Net>& model, const Dataset<>& data) { evaluate(model, SoftmaxCE{}, data); }
