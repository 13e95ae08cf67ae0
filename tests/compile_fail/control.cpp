#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, Flatten, Dense<10>>;

Model<Net> model;

Dataset<> images();
const Dataset<> data = images();

Training training(model, SoftmaxCE{}, Adam{}, data, data, {.batch_size = 20});
const History history = fit(model, SoftmaxCE{}, Adam{}, images(), images());  // until it returns
