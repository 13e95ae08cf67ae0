#include <tweed/io/checkpoint.hpp>
#include <fuzz/checkpoint.hpp>
#include <fuzz/fuzz.hpp>

#include <algorithm>
#include <string>

namespace {

/// Whether it is as it was made.
bool is_new(fuzz::Checkpointed& run) {
  fuzz::Checkpointed other;
  return run.training.steps_done() == 0 &&
         std::ranges::equal(run.model.parameters(), other.model.parameters());
}

}  // namespace

/// A checkpoint, but for its checksum, which would keep all damage out: it is added here. Where the
/// rest is taken the training goes on from it, for a step; where it is not, it has left no trace.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(fuzz::as_text({data, size}));
  const std::uint32_t checksum = tweed::detail::crc32_of(std::as_bytes(std::span{bytes}));
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  const fuzz::MemoryFile file(fuzz::as_bytes(bytes));

  fuzz::Checkpointed run;
  bool is_loaded = false;
  fuzz::expect_one_line([&] {
    tweed::load_checkpoint(run.training, file.path());
    is_loaded = true;
    if (!run.training.finished()) run.training.step();
  });
  if (!is_loaded && !is_new(run)) std::abort();
  return 0;
}
