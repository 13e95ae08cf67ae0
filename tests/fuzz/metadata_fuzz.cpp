#include <tweed/io/any_model_file.hpp>
#include <tweed/io/model_info.hpp>
#include <fuzz/fuzz.hpp>

/// The JSON in a model file's metadata: class names, preprocessing, and the network.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text({data, size});
  fuzz::expect_one_line([&] { tweed::detail::parse_class_names("file", text); });
  fuzz::expect_one_line([&] { tweed::detail::parse_preprocessing("file", text); });
  fuzz::expect_one_line([&] { tweed::detail::parse_architecture("file", text); });
  return 0;
}
