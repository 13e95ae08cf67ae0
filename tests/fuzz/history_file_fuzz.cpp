#include <tweed/reporting/history_file.hpp>
#include <fuzz/fuzz.hpp>

/// The history of a run.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file({data, size});
  fuzz::expect_one_line([&] { tweed::read_history(file.path()); });
  return 0;
}
