#include <support/checkpoint_run.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tweed;
using tests::checkpoint_bytes;
using tests::CheckpointRun;
using tests::error_message;
using tests::TemporaryDirectory;
using tests::usual;

namespace {

/// A layer that does not state its settings, and has a description if `described`.
template <Index factor, bool described>
struct Scale {
  static constexpr std::string_view name = "scale";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }
  template <class T>
  static void infer(const InferPass<T>& pass) {
    for (Index i = 0; i < pass.x.size(); ++i) pass.y.data[i] = T{factor} * pass.x.data[i];
  }
  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    if (pass.dx.empty()) return;
    for (Index i = 0; i < pass.dx.size(); ++i) pass.dx.data[i] = T{factor} * pass.dy.data[i];
  }
  static std::string describe() requires described { return std::to_string(factor); }
};

/// A loss and an optimiser that do not say what they are.
struct OwnLoss {
  static constexpr auto fit(const Shape& outputs) { return SoftmaxCE<>::fit(outputs); }
  template <class T>
  LossSum value(const Batch<const T>& outputs, std::span<const Label> labels) const {
    return SoftmaxCE{}.value(outputs, labels);
  }
  template <class T>
  LossSum gradient(const Batch<const T>& outputs, std::span<const Label> labels,
                   const Batch<T>& gradient) const {
    return SoftmaxCE{}.gradient(outputs, labels, gradient);
  }
};

struct OwnOptimizer {
  template <class T>
  using State = SGD::State<T>;
  template <class T>
  State<T> make_state(Index size) const {
    return SGD{.momentum = 0.5}.make_state<T>(size);
  }
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    SGD{.momentum = 0.5}.update<T>(state, parameters, gradients, threads);
  }
};

template <class Net>
using RunOf = CheckpointRun<Adam, Net>;

/// What `to` says to a checkpoint of `from`, without the file's name; it must be as it was.
template <class From, class To>
std::string refusal(From& from, To& to) {
  const TemporaryDirectory folder;
  save_checkpoint(from.training, folder / "checkpoint");
  const std::string before = checkpoint_bytes(to);
  const std::string said =
      error_message([&] { load_checkpoint(to.training, folder / "checkpoint"); });
  if (said.empty()) return said;
  CHECK(checkpoint_bytes(to) == before);
  const std::string start = (folder / "checkpoint").string() + ": it is of another training: ";
  CHECK_MESSAGE(said.starts_with(start), said);
  return said.substr(std::min(start.size(), said.size()));
}

/// What a training of `To` says to a checkpoint of one of `From`.
template <class To, class From>
std::string network_refusal() {
  RunOf<From> from;
  RunOf<To> to;
  from.go_to(2);
  return refusal(from, to);
}

const FitOptions unscheduled{.batch_size = 5, .steps = 7, .threads = 1};

}  // namespace

TEST_CASE("checkpoint: another network with the same tensors is refused, and the layer named") {
  using Plain = Sequential<Input<4, 4, 1>, Conv2D<3, 3>, ReLU, MaxPool<2>, Flatten, Dense<3>>;
  using Strided = Sequential<Input<4, 4, 1>, Conv2D<3, 3, Stride{2}>, ReLU, Flatten, Dense<3>>;
  using Dilated =
      Sequential<Input<4, 4, 1>, Conv2D<3, 3, Dilation{2}>, ReLU, MaxPool<2>, Flatten, Dense<3>>;
  using Pooled = Sequential<Input<4, 4, 1>, Conv2D<3, 3>, ReLU,
                            MaxPool<3, Stride{2}, Padding::same>, Flatten, Dense<3>>;
  using Dropped =
      Sequential<Input<4, 4, 1>, Conv2D<3, 3>, ReLU, MaxPool<2>, Flatten, Dropout<0.5>, Dense<3>>;
  using DroppedMore =
      Sequential<Input<4, 4, 1>, Conv2D<3, 3>, ReLU, MaxPool<2>, Flatten, Dropout<0.25>, Dense<3>>;
  using Linear = Sequential<Input<4, 4, 1>, Conv2D<3, 3>, MaxPool<2>, Flatten, Dense<3>>;
  using Longer =
      Sequential<Input<4, 4, 1>, Conv2D<3, 3>, ReLU, MaxPool<2>, Flatten, Dense<3>, ReLU>;
  CHECK(network_refusal<Plain, Plain>().empty());
  CHECK(network_refusal<Plain, Dilated>() ==
        "expected network.layers.conv2d_1.dilation [1,1], found [2,2]");
  CHECK(network_refusal<Pooled, Plain>() ==
        "expected network.layers.max_pool_1.padding \"same\", found \"valid\"");
  CHECK(network_refusal<Dropped, DroppedMore>() ==
        "expected network.layers.dropout_1.rate 0.5, found 0.25");
  CHECK(network_refusal<Plain, Strided>() ==
        "expected network.layers.conv2d_1.stride [1,1], found [2,2]");
  CHECK(network_refusal<Linear, Plain>() ==
        "expected network.layers.max_pool_1.layer \"max_pool\", found \"relu\"");
  CHECK(network_refusal<Longer, Plain>() == "expected 6 in network.layers, found 5");
}

TEST_CASE("checkpoint: layers of one's own are told apart as far as they say what they are") {
  using Once = Sequential<Input<4, 4, 1>, Scale<1, true>, Flatten, Dense<3>>;
  using Twice = Sequential<Input<4, 4, 1>, Scale<2, true>, Flatten, Dense<3>>;
  using Unknown = Sequential<Input<4, 4, 1>, Scale<2, false>, Flatten, Dense<3>>;
  CHECK(network_refusal<Once, Once>().empty());
  CHECK(network_refusal<Once, Twice>() ==
        "expected network.layers.scale_1.description \"1\", found \"2\"");
  CHECK(network_refusal<Unknown, Unknown>().empty());
}

TEST_CASE("checkpoint: another loss, or one with other settings, is refused") {
  CheckpointRun plain(unscheduled, Adam{}, SoftmaxCE<>{});
  CheckpointRun smoothed(unscheduled, Adam{}, SoftmaxCE<>{.label_smoothing = 0.1});
  CheckpointRun own(unscheduled, Adam{}, OwnLoss{});
  CheckpointRun same(unscheduled, Adam{}, OwnLoss{});
  CHECK(refusal(plain, smoothed) == "expected loss.label_smoothing 0.1, found 0.0");
  CHECK(refusal(own, plain).starts_with("expected loss {"));
  CHECK(refusal(plain, own).starts_with("expected loss null, found {"));
  CHECK(refusal(own, same).empty());
  CheckpointRun weighted(unscheduled, Adam{}, SoftmaxCE<>{.class_weights = {1, 0.5, 2}});
  CheckpointRun otherwise(unscheduled, Adam{}, SoftmaxCE<>{.class_weights = {1, 0.5, 3}});
  CheckpointRun ignoring(unscheduled, Adam{}, SoftmaxCE<>{.ignored_label = 255});
  CHECK(refusal(weighted, otherwise) == "expected loss.class_weight_2 3.0, found 2.0");
  CHECK(refusal(plain, weighted) == "expected loss.class_weight_0, found none");
  CHECK(refusal(plain, ignoring) == "expected loss.ignored_label, found none");
}

TEST_CASE("checkpoint: another optimiser, or one with other settings, is refused") {
  CheckpointRun adam(unscheduled, Adam{});
  CheckpointRun faster(unscheduled, Adam{.learning_rate = 0.1 + 0.2});
  CheckpointRun momentum(unscheduled, SGD{.momentum = 0.9});
  CheckpointRun nesterov(unscheduled, SGD{.momentum = 0.9, .nesterov = true});
  CheckpointRun own(unscheduled, OwnOptimizer{});
  CheckpointRun same(unscheduled, OwnOptimizer{});
  CHECK(refusal(adam, faster) ==
        "expected optimizer.learning_rate 0.30000000000000004, found 0.001");
  CHECK(refusal(momentum, nesterov) == "expected optimizer.nesterov true, found false");
  CHECK(refusal(momentum, adam) == "expected optimizer.beta1, found none");
  CHECK(refusal(momentum, own).starts_with("expected optimizer null, found {"));
  own.go_to(3);
  CHECK(refusal(own, same).empty());
  own.training.run();
  same.training.run();
  CHECK(checkpoint_bytes(own) == checkpoint_bytes(same));
}

TEST_CASE("checkpoint: what may change is the length of training and how the rate goes on") {
  CheckpointRun from(usual);
  from.go_to(7);
  FitOptions options = usual;
  options.steps = 30;
  options.schedule = CosineSchedule{};
  options.early_stopping->patience = 9;
  CheckpointRun longer(options);
  CHECK(refusal(from, longer).empty());
  longer.training.run();
  CHECK(longer.training.steps_done() > 17);
  options.clip_norm = 1.0;
  CheckpointRun clipped(options);
  CHECK(refusal(from, clipped) == "expected clip_norm 1.0, found 0.0");
}
