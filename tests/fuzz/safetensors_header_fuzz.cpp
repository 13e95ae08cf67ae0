#include <tweed/io/safetensors.hpp>
#include <fuzz/fuzz.hpp>

/// The header of a safetensors file; its data are as long as the first byte says, in kilobytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  fuzz::expect_one_line([&] {
    tweed::detail::parse_safetensors_header("file", fuzz::as_text({data + 1, size - 1}),
                                            std::uint64_t{data[0]} << 10);
  });
  return 0;
}
