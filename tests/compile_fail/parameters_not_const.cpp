// expect: layer: `tensors` and `parameters` must take a const Shape& and be const or static
// errors: 1
#include <tweed/tweed.hpp>

using namespace tweed;

struct Mine {
  static constexpr std::string_view name = "mine";
  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }
  template <class T>
  static void infer(const InferPass<T>&) {}
  template <class T>
  static void backward(const BackwardPass<T>&) {}
  constexpr std::array<Parameter, 1> parameters(const Shape&) { return {}; }
};

using Net = Sequential<Input<8, 8, 3>, Conv2D<4, 3>, Mine>;
Inference<Net> inference(1);
