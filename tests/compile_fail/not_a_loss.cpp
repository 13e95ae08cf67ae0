// expect: tweed: this is no loss; compare it with the concept Loss
// expect: L::fit(outputs)
// errors: 1
// most-lines: 26
#include <tweed/tweed.hpp>

using namespace tweed;

struct Mine {
  template <class T>
  LossSum value(const Batch<const T>&, std::span<const Label>) const {
    return {};
  }
  template <class T>
  LossSum gradient(const Batch<const T>&, std::span<const Label>, const Batch<T>&) const {
    return {};
  }
};

void train(Model<Sequential<Input<4>, Dense<3>>>& model, const Dataset<>& data) {
  fit(model, Mine{}, Adam{}, data);
}
