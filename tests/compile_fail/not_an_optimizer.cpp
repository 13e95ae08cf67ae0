// expect: tweed: this is no optimiser for networks of this number type
// expect: update<T>(state, parameters, gradients, 1)
// errors: 1
// most-lines: 24
#include <tweed/tweed.hpp>

using namespace tweed;

struct Mine {
  template <class T>
  struct State {};
  template <class T>
  State<T> make_state(Index) const {
    return {};
  }
  template <class T>
  void update(State<T>&, std::span<T>, std::span<const T>) const {}  // without threads
};

void train(Model<Sequential<Input<4>, Dense<3>>>& model, const Dataset<>& data) {
  fit(model, SoftmaxCE{}, Mine{}, data);
}
