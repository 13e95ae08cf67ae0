#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/memory_plan.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/stage_parameters.hpp>

#include <string>
#include <utility>

namespace tweed {

namespace detail {

/// Refuses a batch that the caller's memory or the network cannot take.
template <class T>
void check_batch(const char* who, const Batch<const T>& x, const Shape& input, Index largest) {
  if (x.shape != input) {
    throw Error(text(who, ": the network takes samples of ", to_string(input), ", these are ",
                     to_string(x.shape)));
  }
  if (x.count > largest) {
    throw Error(text(who, ": it was made for batches of up to ", largest, " samples, this one has ",
                     x.count));
  }
}

template <class Net, class T>
void check_batch(const char* who, const Batch<const T>& x, Index largest) {
  check_batch(who, x, Net::input, largest);
}

}  // namespace detail

/// The memory that inference needs, for batches of up to `batch_size` samples. Each thread that
/// predicts has one of its own; the model they share is const.
template <class Net, class T = float>
class Inference {
 public:
  /// `threads`: 0 takes all that OpenMP offers.
  explicit Inference(Index batch_size, int threads = 0)
      : batch_size_(batch_size),
        threads_(resolve_threads(threads)),
        plan_(MemoryPlan<Net, T>::inference(batch_size, threads_)),
        buffers_{Buffer<std::byte>(plan_.transient), Buffer<std::byte>(plan_.transient)},
        scratch_(plan_.scratch) {}

  Index batch_size() const { return batch_size_; }
  int threads() const { return threads_; }

  /// The network's output for x [n,h,w,c], n <= batch_size: a view of memory that the next call
  /// overwrites. Throws Error where x does not fit.
  Batch<const T> operator()(const Model<Net, T>& model, const Batch<const T>& x) {
    detail::check_batch<Net>("Inference", x, batch_size_);
    Batch<const T> current = x;
    std::size_t next = 0;
    for_each_stage<Net>([&](auto i) {
      using Run = typename StageAt<Net, i>::Run;
      constexpr Shape output = detail::stage_output<Net, i>;
      T* to = reinterpret_cast<T*>(buffers_[next].data());
      if constexpr (works_in_place<Run>() && i > 0) {
        to = const_cast<T*>(current.data);  // one of our own buffers
      } else {
        next = 1 - next;
      }
      const Batch<T> y{to, x.count, output};
      const auto parameters = detail::stage_parameters<Net, i>(model.parameters());
      Run::infer(InferPass<T>{.x = {current.data, x.count, detail::stage_input<Net, i>},
                              .y = y,
                              .parameters = parameters,
                              .scratch = Scratch(scratch_.values()),
                              .threads = threads_});
      current = y;
    });
    return current;
  }

 private:
  Index batch_size_;
  int threads_;
  MemoryPlan<Net, T> plan_;
  std::array<Buffer<std::byte>, 2> buffers_;
  Buffer<std::byte> scratch_;
};

/// The memory to predict with `model`: what predicts with any type of model takes it from here.
template <class Net, class T>
Inference<Net, T> make_inference(const Model<Net, T>&, Index batch_size, int threads = 0) {
  return Inference<Net, T>(batch_size, threads);
}

}  // namespace tweed
