#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/memory_plan.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/prepared_model.hpp>
#include <tweed/model/stage_parameters.hpp>

#include <array>
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
  if (x.count < 0 || x.count > largest) {
    throw Error(text(who, ": it was made for batches of up to ", largest, " samples, this one has ",
                     x.count));
  }
}

template <class Net, class T>
void check_batch(const char* who, const Batch<const T>& x, Index largest) {
  check_batch(who, x, Net::input, largest);
}

/// For an inference that gets a model of the other kind.
inline Error made_for_prepared(const char* who) {
  return Error(text(who, ": it was made for a prepared model, make one for this model"));
}
inline Error not_prepared_for(const char* who, Index batch_size) {
  return Error(text(who, ": it was not made for a model prepared for batches of up to ", batch_size,
                    " samples, make one from it"));
}

}  // namespace detail

/// The memory that inference needs, for batches of up to `batch_size` samples. Each thread that
/// predicts has one of its own; the model they share is const.
template <class Net, class T = float>
class Inference {
 public:
  /// `threads`: 0 takes all that OpenMP offers. Throws Error for a batch size below 1.
  explicit Inference(Index batch_size, int threads = 0)
      : Inference(MemoryPlan<Net, T>::inference(detail::checked_batch_size("Inference", batch_size),
                                                resolve_threads(threads)),
                  batch_size, resolve_threads(threads), 0) {}

  /// To predict with `prepared`, or another one for as large batches, and with no other model.
  explicit Inference(const PreparedModel<Net, T>& prepared, int threads = 0)
      : Inference(
            MemoryPlan<Net, T>::prepared_inference(prepared.batch_size(), resolve_threads(threads)),
            prepared.batch_size(), resolve_threads(threads), prepared.batch_size()) {}

  Index batch_size() const { return batch_size_; }
  int threads() const { return threads_; }

  /// The network's output for x [n,h,w,c], n <= batch_size: a view of memory that the next call
  /// overwrites. Throws Error where x does not fit.
  Batch<const T> operator()(const Model<Net, T>& model, const Batch<const T>& x) {
    if (prepared_for_ != 0) throw detail::made_for_prepared("Inference");
    return run(model, x, [](auto) { return Prepared{}; });
  }

  /// The same, where this was made for a prepared model.
  Batch<const T> operator()(const PreparedModel<Net, T>& prepared, const Batch<const T>& x) {
    if (prepared_for_ != prepared.batch_size()) {
      throw detail::not_prepared_for("Inference", prepared.batch_size());
    }
    return run(prepared.model(), x, [&](auto i) { return prepared.template stage<i>(); });
  }

 private:
  Inference(const MemoryPlan<Net, T>& plan, Index batch_size, int threads, Index prepared_for)
      : batch_size_(batch_size),
        threads_(threads),
        prepared_for_(prepared_for),
        buffers_{Buffer<std::byte>(plan.transient), Buffer<std::byte>(plan.transient)},
        scratch_(plan.scratch) {}

  /// `prepared(i)` is what the layer of stage i made ready.
  template <class PreparedOf>
  Batch<const T> run(const Model<Net, T>& model, const Batch<const T>& x,
                     const PreparedOf& prepared) {
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
                              .prepared = prepared(i),
                              .scratch = Scratch(scratch_.values()),
                              .threads = threads_});
      current = y;
    });
    return current;
  }

  MovedSize batch_size_;
  int threads_;
  Index prepared_for_;  // batches of that size; 0 for none
  std::array<Buffer<std::byte>, 2> buffers_;
  Buffer<std::byte> scratch_;
};

/// The memory to predict with `model`: what predicts with any type of model takes it from here.
template <class Net, class T>
Inference<Net, T> make_inference(const Model<Net, T>&, Index batch_size, int threads = 0) {
  return Inference<Net, T>(batch_size, threads);
}

/// Batches are as large as those that the model was prepared for, whatever the second argument
/// says.
template <class Net, class T>
Inference<Net, T> make_inference(const PreparedModel<Net, T>& model, Index, int threads = 0) {
  return Inference<Net, T>(model, threads);
}

}  // namespace tweed
