// expect: this keeps a reference to the data set, which must not be a temporary
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<6, 6, 1>, Flatten, Dense<3>>;

Dataset<float> rows();

void train(Model<Net>& model, const Dataset<float>& data) {
  Training training(model, SoftmaxCE{}, Adam{}, data, rows());
  training.run();
}
