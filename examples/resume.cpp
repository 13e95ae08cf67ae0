/// A training that survives whatever happens to the program:
///
///     resume DIR
///
/// trains to the end with its checkpoints in DIR, and goes on there if it was ended before. Without
/// DIR the training is killed four times on its way, and must end in the same weights, bit for bit,
/// as one in one go; otherwise the program fails.

#include <tweed/io/checkpoint_folder.hpp>
#include <tweed/tweed.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>

using namespace tweed;

using Net = Sequential<Input<2>, Dense<32>, ReLU, Dropout<0.1>, Dense<3>>;

/// Three spirals that wind around each other.
Dataset<float> spirals(Index count) {
  Dataset<float> data{Net::input, {}, {}, {}};
  for (Index i = 0; i < count; ++i) {
    const double along = static_cast<double>(i) / static_cast<double>(count);
    const double angle = 5.0 * along + 2.0944 * static_cast<double>(i % 3);
    data.images.push_back(static_cast<float>(along * std::cos(angle)));
    data.images.push_back(static_cast<float>(along * std::sin(angle)));
    data.labels.push_back(static_cast<Label>(i % 3));
  }
  return data;
}

/// Trains to the end, or leaves after step `killed_after` as a program does that is killed there:
/// all that it did since its last checkpoint is lost.
Model<Net> train(const std::filesystem::path& folder, Index killed_after) {
  const auto data = spirals(300);
  Model<Net> model{1};
  Training training(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data,
                    {.batch_size = 10, .epochs = 20, .threads = 1, .schedule = CosineSchedule{}});

  std::filesystem::create_directories(folder);
  const CheckpointFolder checkpoints(folder, 50);
  if (const auto resumed = checkpoints.resume(training)) {
    for (const auto& damaged : resumed->damaged) std::cerr << "warning: " << damaged << '\n';
    std::cout << "resumed after step " << resumed->step << " of " << training.steps() << '\n';
  }
  while (!training.finished()) {
    training.step();
    if (checkpoints.is_due(training)) checkpoints.save(training);
    if (training.steps_done() == killed_after) break;
  }
  return model;
}

int test() {
  const auto folder = std::filesystem::temp_directory_path() / "tweed_resume_example";
  std::filesystem::remove_all(folder);
  constexpr Index never = 0;
  for (const Index step : {20, 77, 250, 599}) train(folder / "killed", step);
  const auto resumed = train(folder / "killed", never);
  const auto whole = train(folder / "whole", never);
  std::filesystem::remove_all(folder);
  const bool same = std::ranges::equal(resumed.parameters(), whole.parameters());
  std::cout << (same ? "the same weights\n" : "OTHER WEIGHTS\n");
  return same ? 0 : 1;
}

int main(int argc, char** argv) {
  try {
    if (argc == 1) return test();
    const auto model = train(argv[1], 0);
    std::cout << "accuracy " << evaluate(model, SoftmaxCE{}, spirals(300)).accuracy << '\n';
    return 0;
  } catch (const Error& error) {
    std::cerr << "resume: " << error.what() << '\n';
    return 1;
  }
}
