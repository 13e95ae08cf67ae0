// expect: tweed: this is no schedule; compare it with the concept Schedule
// expect: tweed: this is no augmentation; compare it with the concept Augmentation
// expect: tweed: this is no metric for such data
// expect: gathered.value()
// errors: 3
#include <tweed/training/measure.hpp>
#include <tweed/tweed.hpp>

using namespace tweed;

struct WithoutValue {
  template <class T>
  void add(const Batch<const T>&, std::span<const Label>) {}
};

void train(Model<Sequential<Input<4>, Dense<3>>>& model, const Dataset<>& data) {
  fit(model, SoftmaxCE{}, Adam{}, data, {.schedule = 0.1});
  fit(model, SoftmaxCE{}, Adam{}, data, {.augmentation = CosineSchedule{}});
  measure(model, WithoutValue{}, data);
}
