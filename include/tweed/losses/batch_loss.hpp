#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/losses/loss.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

/// Makes the loss of a batch of what a loss says of one sample.
namespace TWEED_NAMESPACE {

namespace detail {

/// "softmax_ce" as its type is written: "SoftmaxCE".
[[gnu::cold]] inline std::string type_name(std::string_view name) {
  std::string written;
  while (!name.empty()) {
    const std::string_view word = name.substr(0, name.find('_'));
    name.remove_prefix(std::min(word.size() + 1, name.size()));
    for (const char& letter : word) {
      const bool is_large = word.size() == 2 || &letter == word.data();
      written += is_large ? static_cast<char>(std::toupper(letter)) : letter;
    }
  }
  return written;
}

template <class Loss>
[[gnu::cold]] std::string loss_name() {
  if constexpr (requires { std::string_view(Loss::name); }) {
    return type_name(Loss::name);
  } else {
    return "loss";
  }
}

/// Adds up `of(piece)`, always in the same order, with as many threads as that is worth; a piece is
/// of so many numbers.
template <class Of>
LossSum sum_of_pieces(Index pieces, Index numbers, int threads, const Of& of) {
  constexpr Index most = 256;
  constexpr Index grain = 2048;
  std::array<LossSum, most> found;
  LossSum sum;
  for (Index first = 0; first < pieces; first += most) {
    const Index count = std::min(most, pieces - first);
    const Index useful = 1 + count * numbers / grain;
    parallel_for(count, static_cast<int>(std::min<Index>(threads, useful)),
                 [&](Index i, int) { found[static_cast<std::size_t>(i)] = of(first + i); });
    for (Index i = 0; i < count; ++i) sum += found[static_cast<std::size_t>(i)];
  }
  return sum;
}

/// A loss, and the batch that it is of. The loss is asked for one piece at a time: a sample or,
/// where each pixel has a label, a row of pixels.
template <class Loss, class T, class Target>
class BatchLoss {
  static constexpr bool has_labels = std::is_same_v<Target, Label>;
  static constexpr bool of_pixels = has_labels && PixelLoss<Loss, T>;
  static constexpr bool is_elementwise = !has_labels && ElementwiseLoss<Loss, T>;

 public:
  /// Throws Error where targets or weights do not fit, and where the loss does.
  BatchLoss(const Loss& loss, const Batch<const T>& outputs, std::span<const Target> targets,
            const LossContext& context)
      : loss_(loss), outputs_(outputs), targets_(targets), context_(context) {
    if (std::ssize(targets) != outputs.count * targets_of_sample()) refuse_targets();
    if (std::ssize(context.weights) != outputs.count && !context.weights.empty()) refuse_weights();
    if constexpr (requires { loss.check(outputs, targets); }) loss.check(outputs, targets);
  }

  LossSum value() const {
    return whole(sum([&](Index piece) { return loss_of(piece); }));
  }

  LossSum gradient(const Batch<T>& to) const {
    const double divisor = this->divisor() * static_cast<double>(is_elementwise ? size() : 1);
    const T scale = divisor > 0.0 ? T{1} / static_cast<T>(divisor) : T{};
    return whole(sum([&](Index piece) {
      const LossSum found = loss_of(piece);
      put_gradient(piece, to, context_.weights.empty() ? scale : scale * weight<T>(piece));
      return found;
    }));
  }

 private:
  Index size() const { return outputs_.shape.size(); }
  Index targets_of_sample() const {
    if (of_pixels) return outputs_.shape.height * outputs_.shape.width;
    return has_labels ? 1 : size();
  }

  Index pieces_of_sample() const { return of_pixels ? outputs_.shape.height : 1; }

  template <class Of>
  LossSum sum(const Of& of) const {
    const Index pieces = outputs_.count * pieces_of_sample();
    return sum_of_pieces(pieces, size() / pieces_of_sample(), context_.threads, of);
  }

  template <class Value>
  Batch<Value> piece_of(const Batch<Value>& batch, Index piece) const {
    if constexpr (of_pixels) {
      const auto& [height, width, channels] = batch.shape;
      return {batch.data + piece * width * channels, width, {1, 1, channels}};
    } else {
      return {batch.sample(piece), 1, batch.shape};
    }
  }

  auto target(Index piece) const {
    if constexpr (has_labels && !of_pixels) {
      return targets_[static_cast<std::size_t>(piece)];
    } else {
      const auto count = static_cast<std::size_t>(targets_of_sample() / pieces_of_sample());
      return targets_.subspan(static_cast<std::size_t>(piece) * count, count);
    }
  }

  template <class Value>
  Value weight(Index piece) const {
    return static_cast<Value>(
        context_.weights[static_cast<std::size_t>(piece / pieces_of_sample())]);
  }

  LossSum loss_of(Index piece) const {
    const Batch<const T> outputs = piece_of(outputs_, piece);
    LossSum found;
    if constexpr (is_elementwise) {
      found = elementwise_loss(outputs, target(piece));
    } else {
      found = loss_.sample_loss(outputs, target(piece));
    }
    if (!context_.weights.empty()) found.loss *= weight<double>(piece);
    return found;
  }

  void put_gradient(Index piece, const Batch<T>& gradient, T scale) const {
    const Batch<const T> outputs = piece_of(outputs_, piece);
    const Batch<T> to = piece_of(gradient, piece);
    const auto targets = target(piece);
    if constexpr (is_elementwise) {
      for (std::size_t i = 0; i < targets.size(); ++i)
        to.data[i] = scale * loss_.slope_at(outputs.data[i], targets[i]);
    } else {
      loss_.sample_gradient(outputs, targets, to);
      for (T& value : to.values()) value *= scale;
    }
  }

  LossSum elementwise_loss(const Batch<const T>& outputs, std::span<const T> targets) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < targets.size(); ++i)
      sum += loss_.loss_at(static_cast<double>(outputs.data[i]), static_cast<double>(targets[i]));
    LossSum found{.loss = sum / static_cast<double>(size()), .count = 1};
    if constexpr (requires(T number) { loss_.is_right(number, number); }) {
      const auto is_right = [&](T output, T target) { return loss_.is_right(output, target); };
      found.correct = std::equal(targets.begin(), targets.end(), outputs.data,
                                 [&](T target, T output) { return is_right(output, target); })
                          ? 1
                          : 0;
    }
    return found;
  }

  static constexpr bool has_divisor =
      requires(const Loss& loss, const Batch<const T>& outputs, std::span<const Target> targets) {
    loss.divisor(outputs, targets);
  };

  double divisor() const {
    if constexpr (has_divisor) {
      return loss_.divisor(outputs_, targets_);
    } else {
      return static_cast<double>(outputs_.count * (of_pixels ? targets_of_sample() : 1));
    }
  }

  /// A sum over all pieces, with what it is divided by for the mean.
  LossSum whole(LossSum sum) const {
    if constexpr (has_divisor) sum.excess = divisor() - static_cast<double>(sum.count);
    return sum;
  }

  [[noreturn, gnu::cold]] void refuse_targets() const {
    std::string message = loss_name<Loss>();
    message += text(": ", outputs_.count, " samples");
    if (of_pixels) {
      message += text(" of ", outputs_.shape.height, "x", outputs_.shape.width, " pixels");
    } else if (!has_labels) {
      message += text(" of ", to_string(outputs_.shape), " outputs");
    }
    throw Error(message +
                text(", but ", std::ssize(targets_), has_labels ? " labels" : " targets"));
  }

  [[noreturn, gnu::cold]] void refuse_weights() const {
    throw Error(loss_name<Loss>() + text(": ", outputs_.count, " samples, but ",
                                         std::ssize(context_.weights), " weights"));
  }

  const Loss& loss_;
  Batch<const T> outputs_;
  std::span<const Target> targets_;
  LossContext context_;
};

template <class T, class Loss, class Targets>
auto batch_loss(const Loss& loss, const Batch<const T>& outputs, const Targets& targets,
                const LossContext& context) {
  using Target = std::conditional_t<AreLabels<Targets>, Label, T>;
  return BatchLoss<Loss, T, Target>(loss, outputs, targets, context);
}

[[gnu::cold]] inline void refuse_weights_of_samples(const LossContext& context) {
  if (context.weights.empty()) return;
  throw Error(
      "loss: it is one of whole batches, which knows no weights of samples; say what it is "
      "of one sample, or leave the weights out");
}

}  // namespace detail

/// The loss of each sample of a batch, added up, on so many threads: the same bits for any number
/// of them. Throws Error for targets that the loss does not take, and for weights where it is one
/// of whole batches.
template <class Loss, class T, class Targets>
LossSum loss_value(const Loss& loss, const Batch<const T>& outputs, const Targets& targets,
                   const LossContext& context = {}) {
  if constexpr (detail::TellsOfOne<Loss, T, Targets>) {
    return detail::batch_loss<T>(loss, outputs, targets, context).value();
  } else {
    detail::refuse_weights_of_samples(context);
    return loss.value(outputs, targets);
  }
}

/// What `loss_value` gives, and the gradient of the mean loss by the outputs into `gradient`.
template <class Loss, class T, class Targets>
LossSum loss_gradient(const Loss& loss, const Batch<const T>& outputs, const Targets& targets,
                      const Batch<T>& gradient, const LossContext& context = {}) {
  if constexpr (detail::TellsOfOne<Loss, T, Targets>) {
    return detail::batch_loss<T>(loss, outputs, targets, context).gradient(gradient);
  } else {
    detail::refuse_weights_of_samples(context);
    return loss.gradient(outputs, targets, gradient);
  }
}

namespace detail {

/// The numbers that a loss compares with outputs of the type T.
template <class T>
using Numbers = std::span<const std::type_identity_t<T>>;

/// The loss of what `pass`, an Inference or a TrainingPass, has put out; `weights` are those of the
/// samples, or of each output.
template <class Loss, class Pass, class Targets, class Weights>
typename LossTraits<Loss>::Sum loss_of_pass(const Loss& loss, Pass& pass, const Targets& targets,
                                            const Weights& weights) {
  if constexpr (OfSeveralOutputs<Loss>) {
    const auto output = [&](std::size_t k) { return pass.output(k); };
    return loss.value(of_each_output<Loss::outputs>(output), targets, weights, pass.threads());
  } else {
    return loss_value(loss, pass.output(0), targets, {pass.threads(), weights});
  }
}

/// The loss of what a TrainingPass has put out, whose gradients by the outputs it takes.
template <class Loss, class Pass, class Targets, class Weights>
typename LossTraits<Loss>::Sum loss_gradient_of_pass(const Loss& loss, Pass& pass,
                                                     const Targets& targets,
                                                     const Weights& weights) {
  if constexpr (OfSeveralOutputs<Loss>) {
    const auto output = [&](std::size_t k) { return pass.output(k); };
    const auto gradient = [&](std::size_t k) { return pass.output_gradient(k); };
    return loss.gradient(of_each_output<Loss::outputs>(output), targets,
                         of_each_output<Loss::outputs>(gradient), weights, pass.threads());
  } else {
    return loss_gradient(loss, pass.output(0), targets, pass.output_gradient(),
                         {pass.threads(), weights});
  }
}

}  // namespace detail

}  // namespace TWEED_NAMESPACE
