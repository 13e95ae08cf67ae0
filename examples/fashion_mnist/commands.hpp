#pragma once

#include <tweed/core/shape.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace fashion_mnist {

enum class Optimizer { adam, sgd };

constexpr std::string_view name_of(Optimizer optimizer) {
  return optimizer == Optimizer::adam ? "adam" : "sgd";
}

constexpr double usual_learning_rate(Optimizer optimizer) {
  return optimizer == Optimizer::adam ? 0.001 : 0.01;
}

inline constexpr double sgd_momentum = 0.9;

/// How the learning rate goes from the chosen one.
enum class Schedule { constant, cosine, step, plateau };

constexpr std::string_view name_of(Schedule schedule) {
  constexpr std::array<std::string_view, 4> names{"constant", "cosine", "step", "plateau"};
  return names[static_cast<std::size_t>(schedule)];
}

/// How far `--augment shift` moves images, each way.
inline constexpr tweed::Index augment_shift = 2;

/// `fashion_mnist explore`
struct Explore {
  std::filesystem::path data = {};  ///< folder; empty: wherever it is found
  std::filesystem::path out = "runs/first_images.png";
};

/// `fashion_mnist train`
struct Train {
  std::filesystem::path data = {};  ///< folder; empty: wherever it is found
  tweed::Index steps = 1500;
  std::optional<tweed::Index> epochs = {};  ///< instead of `steps`
  tweed::Index batch_size = 100;
  Optimizer optimizer = Optimizer::adam;
  std::optional<double> learning_rate = {};  ///< by default the optimizer's usual one
  Schedule schedule = Schedule::constant;
  double weight_decay = 0.0;
  double label_smoothing = 0.0;
  double clip_norm = 0.0;  ///< 0: none
  bool shift = false;      ///< images, at random
  bool flip = false;
  double validation_split = 0.0;                    ///< of the training images; 0: none
  std::optional<tweed::Index> early_stopping = {};  ///< epochs of patience
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all
  std::filesystem::path out = "runs/fashion_mnist";
  tweed::Index checkpoint_every = 500;  ///< steps; 0: only at the end
  bool resume = false;                  ///< goes on in `out`

  double chosen_learning_rate() const {
    return learning_rate.value_or(usual_learning_rate(optimizer));
  }
};

/// `fashion_mnist evaluate`
struct Evaluate {
  std::filesystem::path model = {};
  std::filesystem::path data = {};
  int threads = 0;
};

/// `fashion_mnist predict`
struct Predict {
  std::filesystem::path model = {};
  std::filesystem::path data = {};
  std::vector<std::filesystem::path> files = {};  ///< PNG or JPEG
  std::vector<tweed::Index> images = {};          ///< positions among the test images
  int top = 3;                                    ///< that many classes are shown
  bool json = false;
  int threads = 0;
};

/// `fashion_mnist export`
struct Export {
  std::filesystem::path model = {};
  std::filesystem::path onnx = {};  ///< where the ONNX file goes
  bool softmax = false;
};

/// `fashion_mnist ladder`
struct Ladder {
  std::filesystem::path data = {};
  std::uint64_t seed = 0;  ///< the first
  int seeds = 1;
  bool is_trial = false;  ///< with a hundredth of the steps
  int threads = 0;
  std::filesystem::path out = "runs/ladder";
};

/// `fashion_mnist compare`
struct Compare {
  std::vector<std::filesystem::path> runs = {};  ///< folders that `train` wrote
  std::filesystem::path out = "runs/compare.html";
};

/// Each prints to stdout, and throws tweed::Error where it cannot go on.
void run(const Explore& command);
void run(const Train& command);
void run(const Evaluate& command);
void run(const Predict& command);
void run(const Export& command);
void run(const Ladder& command);

}  // namespace fashion_mnist
