#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/model/any_model.hpp>
#include <tweed/model/inference.hpp>
#include <tweed/model/prepared_any_model.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace tweed {

/// The memory that inference needs, for batches of up to `batch_size` samples of one model, or of
/// its copies: it is taken here, once. Each thread that predicts has one of its own.
class AnyInference {
 public:
  /// `threads`: 0 takes all that OpenMP offers. Throws Error for a batch size below 1.
  AnyInference(const AnyModel& model, Index batch_size, int threads = 0)
      : network_(model.network_),
        batch_size_(network_->checked_batch_size("AnyInference", batch_size)),
        threads_(resolve_threads(threads)) {
    take_memory([&](const auto& layer, const Shape& input) {
      return detail::scratch_bytes_at(layer, input, batch_size_, threads_);
    });
  }

  /// To predict with `prepared` or its copies, and with no other model.
  explicit AnyInference(const PreparedAnyModel& prepared, int threads = 0)
      : network_(prepared.model().network_),
        batch_size_(prepared.batch_size()),
        threads_(resolve_threads(threads)),
        prepared_for_(prepared.batch_size()) {
    take_memory([&](const auto& layer, const Shape& input) {
      return detail::prepared_memory_at(layer, input, batch_size_, threads_).scratch;
    });
  }

  Index batch_size() const { return batch_size_; }
  int threads() const { return threads_; }

  /// The network's output for x [n,h,w,c], n <= batch_size: a view of memory that the next call
  /// overwrites. Throws Error where x does not fit, or where this was made for another network.
  Batch<const float> operator()(const AnyModel& model, const Batch<const float>& x) {
    if (prepared_for_ != 0) throw detail::made_for_prepared("AnyInference");
    return run(model, x, [](std::size_t) { return Prepared{}; });
  }

  /// The same, where this was made for a prepared model.
  Batch<const float> operator()(const PreparedAnyModel& prepared, const Batch<const float>& x) {
    if (prepared_for_ != prepared.batch_size()) {
      throw detail::not_prepared_for("AnyInference", prepared.batch_size());
    }
    return run(prepared.model(), x, [&](std::size_t i) { return prepared.stage(i); });
  }

 private:
  /// `scratch_of(layer, input)`: bytes that a layer needs while it runs.
  template <class ScratchOf>
  void take_memory(const ScratchOf& scratch_of) {
    Index largest = 0;
    Index scratch = 0;
    std::size_t tensors = 0;
    for (const auto& stage : network_->stages()) {
      tensors = std::max(tensors, stage.end_tensor - stage.first_tensor);
      largest = std::max(largest, network_->shapes()[stage.end].size());
      const Shape& input = network_->shapes()[stage.first];
      const auto bytes = [&](const auto& layer) { return scratch_of(layer, input); };
      scratch = std::max(scratch, std::visit(bytes, stage.run));
    }
    buffers_ = {Buffer<float>(largest * batch_size_), Buffer<float>(largest * batch_size_)};
    scratch_ = Buffer<std::byte>(scratch);
    parameters_.reserve(tensors);
  }

  /// `prepared(i)` is what the layer of stage i made ready.
  template <class PreparedOf>
  Batch<const float> run(const AnyModel& model, const Batch<const float>& x,
                         const PreparedOf& prepared) {
    if (model.network_ != network_) throw Error("AnyInference: it was made for another network");
    detail::check_batch("AnyInference", x, network_->input(), batch_size_);
    Batch<const float> current = x;
    std::size_t next = 0;
    for (std::size_t i = 0; i < network_->stages().size(); ++i) {
      const auto& stage = network_->stages()[i];
      model.stage_parameters(stage, parameters_);
      std::visit(
          [&](const auto& layer) {
            float* to = buffers_[next].data();
            if (detail::runs_in_place(layer) && stage.first > 0) {
              to = const_cast<float*>(current.data);  // one of our own buffers
            } else {
              next = 1 - next;
            }
            const Batch<float> y{to, x.count, network_->shapes()[stage.end]};
            layer.infer({.x = current,
                         .y = y,
                         .parameters = parameters_,
                         .prepared = prepared(i),
                         .scratch = Scratch(scratch_.values()),
                         .threads = threads_});
            current = y;
          },
          stage.run);
    }
    return current;
  }

  std::shared_ptr<const AnyNetwork> network_;
  Index batch_size_;
  int threads_;
  Index prepared_for_ = 0;  // batches of that size; 0 for none
  std::array<Buffer<float>, 2> buffers_;
  Buffer<std::byte> scratch_;
  std::vector<std::span<const float>> parameters_;  // of the stage that runs
};

inline AnyInference make_inference(const AnyModel& model, Index batch_size, int threads = 0) {
  return AnyInference(model, batch_size, threads);
}

/// Batches are as large as those that the model was prepared for, whatever the second argument
/// says.
inline AnyInference make_inference(const PreparedAnyModel& model, Index, int threads = 0) {
  return AnyInference(model, threads);
}

}  // namespace tweed
