#pragma once

#include <tweed/data/samples.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace TWEED_NAMESPACE {

/// Data sets put together sample by sample, for networks with several inputs or outputs: input k of
/// a sample comes from the k-th part that has samples, target k from the k-th that has targets.
///
///     ZipDataset data{Dataset<>{...}, Samples<float>{...}, Targets{...}};
///
/// These have images and labels, a further input, and a further target. As in Python's `zip`, parts
/// stand in the order of what they are for; a `Dataset` or `RegressionDataset` serves for both.
template <DatasetPart... Parts>
class ZipDataset {
  static_assert((detail::input_count<Parts> + ... + 0) > 0,
                "tweed: a ZipDataset needs a part with samples, such as Samples");

 public:
  /// Throws Error unless all parts are of as many samples.
  explicit ZipDataset(Parts... parts) : parts_(std::move(parts)...) {
    std::size_t number = 0;
    const auto check = [&](const auto& part) {
      ++number;
      if (part.size() == size()) return;
      throw Error(detail::text("ZipDataset: part 1 has ", size(), " samples, part ", number,
                               " has ", part.size()));
    };
    std::apply([&](const Parts&... part) { (check(part), ...); }, parts_);
  }

  Index size() const { return std::get<0>(parts_).size(); }

  const std::tuple<Parts...>& parts() const { return parts_; }

 private:
  std::tuple<Parts...> parts_;
};

namespace detail {

template <class... Parts>
inline constexpr std::size_t input_count<ZipDataset<Parts...>> = (input_count<Parts> + ...);
template <class... Parts>
inline constexpr std::size_t target_count<ZipDataset<Parts...>> = (target_count<Parts> + ...);

/// Checks the parts of a `ZipDataset` one after another.
struct PartCheck {
  ShapeView inputs;
  ShapeView outputs;  ///< none where targets are left out of account
  std::size_t part = 0;
  std::size_t input = 0;
  std::size_t output = 0;

  template <class Part>
  void operator()(const Part& data) {
    const bool has_samples = input_count<Part> == 1 && !inputs.empty();
    const bool has_targets = target_count<Part> == 1 && !outputs.empty();
    std::string who = text("data set: part ", ++part);
    if (has_samples) who += text(", for input ", input + 1);
    if (has_targets) who += text(", for output ", output + 1);
    if (has_samples) check_shape(data.shape, inputs[input++], who);
    if constexpr (target_count<Part> == 1) {
      if (has_targets) return check_targets_of(data, outputs[output++], who);
    }
    check_whole(data, who);
  }
};

}  // namespace detail

/// Throws Error, which names the part, unless all parts are whole.
template <class... Parts>
void check_whole(const ZipDataset<Parts...>& data) {
  detail::PartCheck check;
  std::apply([&](const Parts&... part) { (check(part), ...); }, data.parts());
}

/// Throws Error, which names the part, unless `data` has samples for each of these inputs, and
/// whatever targets it has fit these outputs. Where there is not one target for each output,
/// targets are left out of account.
template <class... Parts>
void check_dataset(const ZipDataset<Parts...>& data, const ShapeView& inputs,
                   const ShapeView& outputs) {
  using Data = ZipDataset<Parts...>;
  detail::check_input_count(detail::input_count<Data>, inputs.size());
  detail::PartCheck check{inputs, outputs};
  if (detail::target_count<Data> != outputs.size()) check.outputs = {};
  std::apply([&](const Parts&... part) { (check(part), ...); }, data.parts());
}

/// Memory for the samples of a batch and their targets, each as its part has them.
template <class... Parts, class T>
class BatchMemory<ZipDataset<Parts...>, T> {
  using Data = ZipDataset<Parts...>;

  /// The targets of a part, where it has some.
  template <class Part>
  static auto targets_of(const typename BatchMemory<Part, T>::Filled& part) {
    if constexpr (detail::target_count<Part> == 1) {
      return std::tuple(part.targets);
    } else {
      return std::tuple();
    }
  }

  /// What the targets' parts have as weights: those of a single target as any loss takes them,
  /// several as an array, one for each target.
  static auto weights_of(const typename BatchMemory<Parts, T>::Filled&... parts) {
    std::array<std::span<const float>, std::max<std::size_t>(detail::target_count<Data>, 1)> all;
    std::size_t targets = 0;
    const auto add = [&](std::size_t count, std::span<const float> weights) {
      if (count > 0) all[targets++] = weights;
    };
    (add(detail::target_count<Parts>, parts.weights), ...);
    if constexpr (detail::target_count < Data >> 1) {
      return all;
    } else {
      return all[0];
    }
  }

  /// A single target as any loss takes it, several as a tuple.
  static auto targets_of(const typename BatchMemory<Parts, T>::Filled&... parts) {
    if constexpr (detail::target_count<Data> == 1) {
      return std::get<0>(std::tuple_cat(targets_of<Parts>(parts)...));
    } else {
      return std::tuple_cat(targets_of<Parts>(parts)...);
    }
  }

 public:
  using Targets =
      decltype(targets_of(std::declval<const typename BatchMemory<Parts, T>::Filled&>()...));
  using Weights =
      decltype(weights_of(std::declval<const typename BatchMemory<Parts, T>::Filled&>()...));

  struct Filled {
    Batch<T> x;                                                 ///< of the first input
    std::array<Batch<const T>, detail::input_count<Data>> all;  ///< inputs
    Targets targets;
    Weights weights;

    /// What the network reads.
    const auto& inputs() const { return all; }
  };

  /// The data must outlive it: a temporary does not compile.
  BatchMemory(detail::Lasting<Data> data, Index batch_size)
      : parts_(std::apply(
            [&](const Parts&... part) {
              return std::tuple(BatchMemory<Parts, T>(part, batch_size)...);
            },
            data->parts())) {}

  /// Copies the samples at `positions`, at most `batch_size`: views until the next call.
  Filled fill(std::span<const Index> positions, int threads) {
    return std::apply([&](auto&... part) { return joined(part.fill(positions, threads)...); },
                      parts_);
  }

 private:
  static Filled joined(const typename BatchMemory<Parts, T>::Filled&... parts) {
    Filled filled{{}, {}, targets_of(parts...), weights_of(parts...)};
    std::size_t inputs = 0;
    const auto add = [&](std::size_t count, const Batch<T>& x) {
      if (count == 0) return;
      if (inputs == 0) filled.x = x;
      filled.all[inputs++] = x;
    };
    (add(detail::input_count<Parts>, parts.x), ...);
    return filled;
  }

  std::tuple<BatchMemory<Parts, T>...> parts_;
};

}  // namespace TWEED_NAMESPACE
