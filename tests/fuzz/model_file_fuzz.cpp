#include <tweed/io/any_model_file.hpp>
#include <tweed/io/model_file.hpp>
#include <fuzz/fuzz.hpp>

/// A whole model file, into a model of a type and of any.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Net = tweed::Sequential<tweed::Input<4, 4, 1>, tweed::Conv2D<2, 3>, tweed::ReLU,
                                tweed::MaxPool<2>, tweed::Flatten, tweed::Dense<3>>;
  const fuzz::MemoryFile file({data, size});
  fuzz::expect_one_line([&] {
    tweed::Model<Net> model;
    tweed::load_model(model, file.path());
  });
  fuzz::expect_one_line([&] { tweed::load_any_model(file.path()); });
  return 0;
}
