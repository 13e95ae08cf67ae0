#pragma once

#include <tweed/io/checkpoint.hpp>
#include <tweed/tweed.hpp>
#include <support/synthetic.hpp>
#include <support/temporary_directory.hpp>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>

/// A small training with everything on, to be put into checkpoints and out again.
namespace tests {

using CheckpointNet = tweed::Sequential<tweed::Input<4, 4, 1>, tweed::Flatten, tweed::Dense<5>,
                                        tweed::ReLU, tweed::Dropout<0.2>, tweed::Dense<3>>;

inline const tweed::FitOptions usual{
    .batch_size = 5,
    .steps = 17,
    .seed = 3,
    .threads = 1,
    .schedule = tweed::PlateauSchedule{.patience = 1, .factor = 0.5},
    .early_stopping = tweed::EarlyStopping{.patience = 3}};

/// A model and its training.
template <class Optimizer = tweed::Adam, class Net = CheckpointNet, class Loss = tweed::SoftmaxCE<>>
struct CheckpointRun {
  explicit CheckpointRun(const tweed::FitOptions& options = usual, const Optimizer& optimizer = {},
                         const Loss& loss = {})
      : training(model, loss, optimizer, data, validation, options) {}

  void go_to(tweed::Index step) {
    while (training.steps_done() < step) training.step();
  }

  tweed::Dataset<> data = bars(23, 4, 3, 1);
  tweed::Dataset<> validation = bars(12, 4, 3, 2);
  tweed::Model<Net> model{1};
  tweed::Training<Net, float, Loss, Optimizer, tweed::Dataset<>, tweed::Dataset<>> training;
};

/// The bytes that a checkpoint of this training has.
template <class Run>
std::string checkpoint_bytes(Run& run) {
  const TemporaryDirectory folder;
  tweed::save_checkpoint(run.training, folder / "checkpoint");
  return read_file(folder / "checkpoint");
}

/// `bytes` with a checksum that is right.
inline std::string sealed(std::string bytes) {
  const auto content = std::as_bytes(std::span(bytes)).first(bytes.size() - 4);
  const std::uint32_t checksum = tweed::detail::crc32_of(content);
  std::memcpy(bytes.data() + content.size(), &checksum, 4);
  return bytes;
}

}  // namespace tests
