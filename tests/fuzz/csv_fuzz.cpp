#include <tweed/data/csv.hpp>
#include <fuzz/fuzz.hpp>

/// A CSV file, as classes and as numbers to predict in the column named "y".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file({data, size});
  fuzz::expect_one_line([&] { tweed::datasets::labelled_csv(file.path(), "y"); });
  fuzz::expect_one_line([&] { tweed::datasets::labelled_csv(file.path(), "y", {"0", "1"}); });
  fuzz::expect_one_line([&] { tweed::datasets::regression_csv(file.path(), {"y"}); });
  fuzz::expect_one_line(
      [&] { tweed::datasets::labelled_csv(file.path(), "y", {}, {.separator = ';'}); });
  return 0;
}
