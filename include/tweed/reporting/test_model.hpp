#pragma once

#include <tweed/losses/dice.hpp>
#include <tweed/losses/sigmoid_ce.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/model/predict.hpp>
#include <tweed/reporting/sample_image.hpp>
#include <tweed/reporting/test_collector.hpp>
#include <tweed/training/evaluate.hpp>

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#ifndef TWEED_COMPILED
#include <tweed/reporting/test_collector_functions.hpp>
#endif

namespace TWEED_NAMESPACE {

/// What a test takes besides model, loss and data.
struct TestOptions {
  PredictOptions predict = {};
  std::vector<OutputUnit> outputs = {};  ///< of a network that predicts numbers, in their order
};

namespace reporting::detail {

/// What a loss takes a network's outputs for. Other losses of numbers compare them as they are.
enum class Meaning { classes, pixel_classes, masks, probabilities, numbers, something_else };

template <class Loss>
inline constexpr bool takes_masks = std::same_as<Loss, SigmoidCE> || std::same_as<Loss, Dice>;
template <class Loss>
inline constexpr bool takes_probabilities = false;
template <Index classes>
inline constexpr bool takes_probabilities<SoftmaxCE<classes>> = true;

/// Targets are a span of labels or numbers; several are a tuple.
template <class Loss, class T, class Targets>
constexpr Meaning meaning_of() {
  if (tweed::detail::OfSeveralOutputs<Loss>) return Meaning::something_else;
  if constexpr (std::convertible_to<const Targets&, std::span<const Label>>) {
    return tweed::detail::PixelLoss<Loss, T> ? Meaning::pixel_classes : Meaning::classes;
  } else if constexpr (std::convertible_to<const Targets&, std::span<const T>>) {
    if (takes_masks<Loss>) return Meaning::masks;
    return takes_probabilities<Loss> ? Meaning::probabilities : Meaning::numbers;
  } else {
    return Meaning::something_else;
  }
}

template <class T>
std::vector<float> as_floats(std::span<const T> values) {
  return {values.begin(), values.end()};
}
inline std::span<const float> as_floats(std::span<const float> values) { return values; }

/// The likeliest class of each sample, where it has a probability of each.
inline std::vector<Label> likeliest(std::span<const float> probabilities, std::size_t classes) {
  std::vector<Label> labels;
  for (std::size_t i = 0; i < probabilities.size(); i += classes) {
    const auto of_sample = probabilities.subspan(i, classes);
    const auto best = std::ranges::max_element(of_sample) - of_sample.begin();
    labels.push_back(static_cast<Label>(best));
  }
  return labels;
}

template <class Loss>
std::optional<Label> ignored_label_of([[maybe_unused]] const Loss& loss) {
  if constexpr (requires { std::optional<Label>(loss.ignored_label); }) {
    return loss.ignored_label;
  } else {
    return {};
  }
}

template <class Data>
std::vector<std::string> names_in(const Data& data, const TestOptions& options) {
  std::vector<std::string> names;
  for (const OutputUnit& unit : options.outputs) names.push_back(unit.name);
  if constexpr (requires { data.class_names; }) {
    if (names.empty()) names = data.class_names;
  }
  return names;
}

}  // namespace reporting::detail

/// How `model`, a `Model` or a `PreparedModel`, does on `data`: the loss, and what the loss and the
/// data say of the outputs. Labels make it a classification, labels of pixels a segmentation;
/// `SigmoidCE` and `Dice` several labels or masks; other losses of numbers a regression. Of a
/// network with several outputs it is the loss alone. Throws Error as `evaluate`.
template <class M, tweed::Loss Loss, AnyDataset Data>
TestResult test_model(const M& model, const Loss& loss, const Data& data,
                      const TestOptions& options = {}) {
  using namespace reporting::detail;
  using T = typename M::Scalar;
  tweed::detail::check_target_count<Loss, Data>();
  tweed::detail::check_loss<Loss>("test_model", model);
  if (data.size() == 0) throw Error("test_model: the data set is empty");
  const Shape output = model.output_shape();
  reporting::TestCollector collector(output, data.size(),
                                     [&](Index i) { return reporting::sample_image(data, i); });
  typename tweed::detail::LossTraits<Loss>::Sum sum;
  tweed::detail::DatasetPass<M, Data> pass(model, data, options.predict,
                                           !tweed::detail::ignores_labels(loss));
  pass(model, [&](Index first, auto& inference, const auto& targets, const auto& weights) {
    sum += tweed::detail::loss_of_pass(loss, inference, targets, weights);
    using Given = std::remove_cvref_t<decltype(targets)>;
    constexpr Meaning meaning = meaning_of<Loss, T, Given>();
    if constexpr (meaning != Meaning::something_else) {
      const Batch<const T> batch = inference.output(0);
      const auto& outputs = as_floats(std::span<const T>(batch.values()));
      if constexpr (meaning == Meaning::classes || meaning == Meaning::pixel_classes) {
        const auto ignored = ignored_label_of(loss);
        if constexpr (meaning == Meaning::classes) {
          if (output.is_vector() && output.channels > 1) {
            collector.add_classes(first, outputs, targets, ignored);
          }
        } else {
          collector.add_pixels(first, outputs, targets, ignored, inference.threads());
        }
      } else {
        const auto& wanted = as_floats(std::span<const T>(targets));
        if constexpr (meaning == Meaning::masks) {
          collector.add_masks(first, outputs, wanted);
        } else if constexpr (meaning == Meaning::probabilities) {
          const auto labels = likeliest(wanted, static_cast<std::size_t>(output.channels));
          collector.add_classes(first, outputs, labels, {});
        } else {
          collector.add_numbers(first, outputs, wanted, options.outputs);
        }
      }
    }
  });
  TestResult result = collector.result(sum.mean_loss(), names_in(data, options));
  result.called = reporting::samples_called(model.input_shape());
  return result;
}

}  // namespace TWEED_NAMESPACE
