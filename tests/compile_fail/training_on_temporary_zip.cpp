// expect: this keeps a reference to the data set, which must not be a temporary
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<3>, Dense<2>>;

void train(Model<Net>& model) {
  Training training(model, SoftmaxCE{}, Adam{}, ZipDataset{Samples<float>{}, Labels{}},
                    {.batch_size = 20});
  training.run();
}
