#pragma once

#include <tweed/model/inference.hpp>

namespace tweed {

/// Watches nothing. A watcher of a pass is called as `watcher(i)` when stage i is done.
struct NoWatcher {
  constexpr void operator()(std::size_t) const {}
};

/// The memory of a training step, and the two passes that work in it: activations, gradients and
/// scratch for batches of up to `batch_size` samples. All of it is taken here, once.
///
///     TrainingPass<Net> pass(100);
///     const auto logits = pass.forward(model, images, key);
///     const LossSum loss = SoftmaxCE{}.gradient(logits, labels, pass.output_gradient());
///     pass.backward(model);
///     optimizer.update(state, model.parameters(), pass.gradients(), pass.threads());
template <class Net, class T = float>
class TrainingPass {
 public:
  /// `threads`: 0 takes all that OpenMP offers. Throws Error for a batch size below 1.
  explicit TrainingPass(Index batch_size, int threads = 0)
      : batch_size_(detail::checked_batch_size("TrainingPass", batch_size)),
        threads_(resolve_threads(threads)),
        plan_(MemoryPlan<Net, T>::training(batch_size_, threads_)),
        stored_(plan_.stored),
        transient_{Buffer<std::byte>(plan_.transient), Buffer<std::byte>(plan_.transient)},
        deltas_{Buffer<std::byte>(plan_.deltas), Buffer<std::byte>(plan_.deltas)},
        kept_(plan_.kept),
        scratch_(plan_.scratch),
        gradients_(Net::block_size) {}

  Index batch_size() const { return batch_size_; }
  int threads() const { return threads_; }

  /// Bytes held.
  Index bytes() const { return plan_.total(); }

  /// The network's output for x [n,h,w,c], n <= batch_size, as in training. x must stay as it is
  /// until `backward`. `random` says which elements dropout keeps: give another step each time.
  template <class Watcher = NoWatcher>
  Batch<const T> forward(const Model<Net, T>& model, const Batch<const T>& x,
                         const RandomKey& random, const Watcher& watcher = {}) {
    detail::check_batch<Net>("TrainingPass", x, batch_size_);
    x_ = x;
    random_ = random;
    for_each_stage<Net>([&](auto i) {
      const auto parameters = detail::stage_parameters<Net, i>(model.parameters());
      ForwardPass<T> pass;
      pass.x = stage_x<i>();
      pass.y = stage_y<i>();
      pass.parameters = parameters;
      pass.scratch = Scratch(scratch_.values());
      pass.threads = threads_;
      pass.kept = stage_kept<i>();
      pass.random = stage_random<i>();
      run_forward<typename StageAt<Net, i>::Run>(pass);
      watcher(i);
    });
    return stage_y<stage_count<Net> - 1>();
  }

  /// Where the gradient of the loss by the network's output goes, between the two passes.
  Batch<T> output_gradient() { return {delta(0), x_.count, Net::output}; }

  /// The gradients of all parameters, from that of the output and the last `forward`. Stages before
  /// the first one with parameters do not run.
  template <class Watcher = NoWatcher>
  void backward(const Model<Net, T>& model, const Watcher& watcher = {}) {
    run_backward(model, false, watcher);
  }

  /// The same, and the gradient of the input [n,h,w,c], which is valid until the next pass.
  Batch<const T> backward_to_input(const Model<Net, T>& model) {
    return {run_backward(model, true, NoWatcher{}), x_.count, Net::input};
  }

  /// One number for each of the model's parameters, in the same layout.
  std::span<T> gradients() { return gradients_.values(); }
  std::span<const T> gradients() const { return gradients_.values(); }

 private:
  static constexpr auto& activations_ = detail::activation_plan<Net>;

  template <std::size_t i>
  Batch<T> stage_y() {
    constexpr auto place = activations_.places[i];
    auto* const block =
        reinterpret_cast<T*>(place.stored ? stored_.data() : transient_[place.buffer].data());
    return {block + place.offset * batch_size_, x_.count, detail::stage_output<Net, i>};
  }

  template <std::size_t i>
  Batch<const T> stage_x() {
    if constexpr (i == 0) {
      return x_;
    } else {
      return {stage_y<i - 1>().data, x_.count, detail::stage_input<Net, i>};
    }
  }

  template <std::size_t i>
  std::span<std::byte> stage_kept() {
    const Index begin = plan_.kept_offset[i];
    const Index end = i + 1 < stage_count<Net> ? plan_.kept_offset[i + 1] : plan_.kept;
    return kept_.values().subspan(static_cast<std::size_t>(begin),
                                  static_cast<std::size_t>(end - begin));
  }

  template <std::size_t i>
  RandomKey stage_random() const {
    RandomKey key = random_;
    key.layer = static_cast<std::uint32_t>(StageAt<Net, i>::first);
    return key;
  }

  T* delta(std::size_t which) { return reinterpret_cast<T*>(deltas_[which].data()); }

  /// Returns the last gradient written: that of the input, if it was wanted.
  template <class Watcher>
  T* run_backward(const Model<Net, T>& model, bool to_input, const Watcher& watcher) {
    std::size_t current = 0;
    for_each_stage_backward<Net>([&](auto i) {
      using Run = typename StageAt<Net, i>::Run;
      if (i < detail::first_trained_stage<Net> && !to_input) return;
      const auto parameters = detail::stage_parameters<Net, i>(model.parameters());
      const auto gradients = detail::stage_parameters<Net, i>(gradients_.values());
      const std::size_t next = works_in_place<Run>() ? current : 1 - current;
      const bool wanted = i > detail::first_trained_stage<Net> || to_input;
      Run::backward(BackwardPass<T>{
          .x = stage_x<i>(),
          .y = stage_y<i>(),
          .dy = {delta(current), x_.count, detail::stage_output<Net, i>},
          .dx = {wanted ? delta(next) : nullptr, x_.count, detail::stage_input<Net, i>},
          .parameters = parameters,
          .gradients = gradients,
          .kept = stage_kept<i>(),
          .random = stage_random<i>(),
          .scratch = Scratch(scratch_.values()),
          .threads = threads_});
      current = next;
      watcher(i);
    });
    return delta(current);
  }

  MovedSize batch_size_;
  int threads_;
  MemoryPlan<Net, T> plan_;
  Buffer<std::byte> stored_;
  std::array<Buffer<std::byte>, 2> transient_;
  std::array<Buffer<std::byte>, 2> deltas_;
  Buffer<std::byte> kept_;
  Buffer<std::byte> scratch_;
  Buffer<T> gradients_;
  Batch<const T> x_;
  RandomKey random_;
};

}  // namespace tweed
