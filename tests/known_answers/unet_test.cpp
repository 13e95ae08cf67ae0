#include <tweed/networks/unet.hpp>
#include <known_answers/check_training_step.hpp>
#include <known_answers/pytorch/unet.hpp>
#include <support/any_model.hpp>

using namespace tweed;

namespace {

using SmallUNet = networks::UNet<Input<32, 16, 3>, 2, 4, 4>;

template <class Net, class T>
void check(Model<Net, T> model, double tolerance) {
  constexpr Index images = 3;
  const auto targets =
      tests::numbers<T>(images * model.output_shape().size(), tests::output_gradient_stream);
  tests::check_training_step(std::move(model), tests::pytorch::unet, images, MeanSquaredError{},
                             targets, tolerance);
}

}  // namespace

TEST_CASE("a U-Net learns one step as it does in PyTorch") {
  check(Model<SmallUNet, double>(), 1e-9);
  check(Model<SmallUNet, float>(), 1e-4);
}
TEST_CASE("a U-Net, built at run time, learns one step as it does in PyTorch") {
  check(tests::any_model<SmallUNet, double>(), 1e-9);
  check(tests::any_model<SmallUNet, float>(), 1e-4);
}
