#pragma once

#include <tweed/core/enumerator_name.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/losses/loss.hpp>
#include <tweed/model/model.hpp>
#include <tweed/optim/optimizer.hpp>

#include <string>
#include <type_traits>
#include <utility>

/// Whether a loss fits a network and data: refused in one line where it does not.
namespace TWEED_NAMESPACE::detail {

/// Carries the facts of a misfit between network and loss into the compiler's message. Where there
/// are several outputs, `number` is that of the output, counted from 1.
template <class Loss, Shape output, auto why, std::size_t... number>
struct LossRejectsTheOutput {
  static_assert(
      static_cast<int>(why) == 0,
      "tweed: the loss cannot take the network's output; the loss, the output's shape and "
      "the reason are in the line that names LossRejectsTheOutput");
  static constexpr bool ok = true;
};

/// Carries the numbers of outputs of a network and of its loss into the compiler's message.
template <std::size_t network, std::size_t loss>
struct LossIsOfOtherOutputs {
  static_assert(network == loss,
                "tweed: the network has another number of outputs than the loss is of; give "
                "SumOfLosses one loss for each; the numbers, the network's first, are in the line "
                "that names LossIsOfOtherOutputs");
  static constexpr bool ok = network == loss;
};

/// Refuses the loss of output k of a network that is a type.
template <class Loss, class Net, std::size_t k>
constexpr void check_output() {
  constexpr Shape output = Net::graph.output(k);
  if constexpr (OfSeveralOutputs<Loss>) {
    using One = typename Loss::template LossOf<k>;
    static_assert(LossRejectsTheOutput<One, output, One::fit(output).why, k + 1>::ok);
  } else {
    static_assert(LossRejectsTheOutput<Loss, output, Loss::fit(output).why>::ok);
  }
}

/// Throws Error where the loss of output k does not take it: for networks built at run time.
template <class Loss>
void check_output(const char* who, const Shape& output, std::size_t k, bool is_one_of_several) {
  const auto why = Loss::fit(output).why;
  if (static_cast<int>(why) == 0) return;
  throw Error(text(who, is_one_of_several ? text(": the loss of output ", k + 1) : ": the loss",
                   " cannot take outputs of ", to_string(output), ": ", enumerator_words(why)));
}

/// Refuses a loss that cannot take the network's outputs: while compiling where the network is a
/// type, in one readable error, and else by Error.
template <class Loss, class M>
void check_loss(const char* who, const M& model) {
  using Net = typename M::Network;
  using Traits = LossTraits<Loss>;
  const auto for_each_output = [](const auto& check) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (check(std::integral_constant<std::size_t, k>()), ...);
    }
    (std::make_index_sequence<Traits::outputs>());
  };
  if constexpr (StaticNetwork<Net>) {
    if constexpr (LossIsOfOtherOutputs<Net::graph.outputs.size(), Traits::outputs>::ok) {
      for_each_output([](auto k) { check_output<Loss, Net, k>(); });
    }
  } else {
    const GraphView graph = model.graph();
    if (graph.outputs.size() != Traits::outputs) {
      throw Error(text(who, ": the network has another number of outputs, ", graph.outputs.size(),
                       ", than the loss is of, ", Traits::outputs,
                       "; give SumOfLosses one loss for each"));
    }
    for_each_output([&](auto k) {
      check_output<typename Traits::template LossOf<k>>(who, graph.output(k), k,
                                                        OfSeveralOutputs<Loss>);
    });
  }
}

/// Refuses what is no loss or no optimiser: whether both are.
template <class Loss, class Optimizer, class T>
constexpr bool check_parts() {
  static_assert(tweed::Loss<Loss>,
                "tweed: this is no loss; compare it with the concept Loss in losses/loss.hpp");
  static_assert(tweed::Optimizer<Optimizer, T>,
                "tweed: this is no optimiser for networks of this number type; compare it with the "
                "concept Optimizer in optim/optimizer.hpp");
  return tweed::Loss<Loss> && tweed::Optimizer<Optimizer, T>;
}

/// Refuses a loss that cannot compare outputs of the type T with such targets: whether it can.
template <class Loss, class T, class Targets>
constexpr bool check_targets() {
  static_assert(LossOn<Loss, T, Targets>,
                "tweed: the loss has no value and gradient for such targets: all take numbers, "
                "SoftmaxCE labels, too; compare it with the concept LossOn in losses/loss.hpp");
  return LossOn<Loss, T, Targets>;
}

/// A loss that takes a label a pixel and not one a sample, and data that have one a sample.
template <class Loss>
concept TakesLabelImages = PixelLoss<Loss, float> && !SampleLoss<Loss, float, Label>;
template <class Data>
concept HasLabels =
    !HasLabelImages<Data> && std::is_same_v<typename Data::template Target<float>, Label>;

/// Refuses data with more or fewer targets than the loss compares with outputs.
template <class Loss, class Data>
constexpr void check_target_count() {
  static_assert(target_count<Data> == LossTraits<Loss>::outputs,
                "tweed: the data set has another number of targets than the loss takes; a "
                "ZipDataset has a target for each output, SumOfLosses a loss");
  static_assert(!TakesLabelImages<Loss> || !HasLabels<Data>,
                "tweed: the loss takes a label for each pixel, the data set has one for each "
                "sample; SoftmaxCE takes those, a SegmentationDataset has the others");
}

}  // namespace TWEED_NAMESPACE::detail
