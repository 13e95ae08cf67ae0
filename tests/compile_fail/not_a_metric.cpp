// expect: tweed: this is no metric for such data
// expect: gathered.value()
// errors: 1
#include <tweed/training/measure.hpp>
#include <tweed/tweed.hpp>

using namespace tweed;

struct Mine {
  template <class T>
  void add(const Batch<const T>&, std::span<const Label>) {}
};

void look(const Model<Sequential<Input<4>, Dense<3>>>& model, const Dataset<>& data) {
  measure(model, Mine{}, data);
}
