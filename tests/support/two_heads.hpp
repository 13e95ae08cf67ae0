#pragma once

#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>
#include <support/synthetic.hpp>

#include <vector>

/// A network with two inputs and two outputs, and data for it.
namespace tests {

using TwoHeads = tweed::Sequential<
    tweed::Input<8, 8, 1>, tweed::Conv2D<4, 3>, tweed::ReLU, tweed::MaxPool<2>, tweed::Flatten,
    tweed::As<"seen">, tweed::Input<3>, tweed::Concat<tweed::From<"seen">>, tweed::Dense<16>,
    tweed::ReLU, tweed::Dropout<0.2>, tweed::As<"both">, tweed::Dense<4>, tweed::Output<"class">,
    tweed::From<"both">, tweed::Dense<2>, tweed::Output<"place">>;

inline std::vector<float> uniform_numbers(tweed::Index count, std::uint64_t seed) {
  std::vector<float> numbers;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
    numbers.push_back(static_cast<float>(tweed::random_uniform({.seed = seed}, i)));
  }
  return numbers;
}

/// Images with labels, three numbers each, and two numbers to predict.
using TwoHeadsData = tweed::ZipDataset<tweed::Dataset<>, tweed::Samples<float>, tweed::Targets>;

inline TwoHeadsData two_heads_data(tweed::Index count, std::uint64_t seed) {
  return TwoHeadsData(bars(count, 8, 4, seed),
                      tweed::Samples<float>{{1, 1, 3}, uniform_numbers(3 * count, seed + 100)},
                      tweed::Targets{2, uniform_numbers(2 * count, seed + 200)});
}

using TwoHeadsLoss =
    tweed::SumOfLosses<tweed::SoftmaxCE<>, tweed::Weighted<tweed::MeanSquaredError>>;

inline TwoHeadsLoss two_heads_loss(double weight = 0.3) {
  return TwoHeadsLoss(tweed::SoftmaxCE<>{.label_smoothing = 0.1},
                      tweed::Weighted{tweed::MeanSquaredError{}, weight});
}

}  // namespace tests
