// expect: tweed: the loss takes a label for each pixel, the data set has one for each sample
#include <tweed/tweed.hpp>

using namespace tweed;
using Net = Sequential<Input<28, 28, 1>, Conv2D<10, 3>>;

void train(Model<Net>& model, const Dataset<>& data) { fit(model, PixelSoftmaxCE{}, Adam{}, data); }
