#include "history_file.hpp"

#include <fuzz/fuzz.hpp>

/// The history of a run, by the example program.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file({data, size});
  fuzz::expect_one_line([&] { fashion_mnist::read_history(file.path()); });
  return 0;
}
