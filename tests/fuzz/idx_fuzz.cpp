#include <tweed/data/idx.hpp>
#include <fuzz/fuzz.hpp>

/// An IDX file, plain or compressed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file({data, size});
  fuzz::expect_one_line([&] { tweed::read_idx(file.path()); });
  return 0;
}
