// expect: layer: `forward` must take a const ForwardPass<T>& and be const or static
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
  template <class T>
  static void forward(ForwardPass<T>&) {}
};

using Net = Sequential<Input<8, 8, 3>, Conv2D<4, 3>, Mine>;
Inference<Net> inference(1);
