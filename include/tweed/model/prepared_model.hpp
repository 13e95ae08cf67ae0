#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/model/memory_plan.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/stage_parameters.hpp>

#include <array>
#include <span>
#include <utility>

namespace tweed {

/// A model made ready to predict: what layers can make of their parameters alone, such as the
/// transforms of a convolution's kernels, is made once and not in every call. With few samples at a
/// time that is most of the work. It has weights of its own, which do not change any more, and may
/// be used from any number of threads at once.
///
///     const PreparedModel prepared(std::move(model));
///     Inference infer(prepared);
///     const auto logits = infer(prepared, image);
template <class Net, class T = float>
class PreparedModel {
 public:
  using Network = Net;
  using Scalar = T;

  static constexpr Shape input_shape() { return Net::input; }
  static constexpr Shape output_shape() { return Net::output; }

  /// For batches of up to `batch_size` samples. Takes `threads`, 0 for all that OpenMP offers, to
  /// prepare. Results are those of the model but for rounding: other algorithms may be the fastest.
  /// Throws Error for a batch size below 1.
  explicit PreparedModel(Model<Net, T> model, Index batch_size = 1, int threads = 0)
      : model_(std::move(model)),
        batch_size_(detail::checked_batch_size("PreparedModel", batch_size)),
        blocks_(bytes_of(batch_size_)) {
    Index offset = 0;
    for_each_stage<Net>([&](auto i) {
      using Run = typename StageAt<Net, i>::Run;
      const Index bytes = stage_bytes<i>(batch_size_);
      places_[i] = {offset, bytes};
      offset += aligned_bytes(bytes);
      if constexpr (requires(const PreparePass<T>& pass) { Run::prepare(pass); }) {
        if (bytes == 0) return;
        const auto parameters =
            detail::stage_parameters<Net, i>(std::as_const(model_).parameters());
        Run::prepare(PreparePass<T>{.input = detail::stage_input<Net, i>,
                                    .batch = batch_size_,
                                    .parameters = parameters,
                                    .to = places_[i].of(blocks_.values()),
                                    .threads = resolve_threads(threads)});
      }
    });
  }

  const Model<Net, T>& model() const { return model_; }
  Index batch_size() const { return batch_size_; }

  /// Bytes held besides the weights.
  Index bytes() const { return bytes_of(batch_size_); }

  /// What the layer that runs stage i made ready.
  template <std::size_t i>
  Prepared stage() const {
    if (places_[i].bytes == 0) return {};
    return {places_[i].of(blocks_.values()), batch_size_};
  }

 private:
  /// What the layer of a stage made ready, within the block of all.
  struct Place {
    Index offset = 0;
    Index bytes = 0;

    template <class Byte>
    std::span<Byte> of(std::span<Byte> block) const {
      return block.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes));
    }
  };

  template <std::size_t i>
  static Index stage_bytes(Index batch_size) {
    return prepared_memory_of<typename StageAt<Net, i>::Run, T>(detail::stage_input<Net, i>,
                                                                batch_size, 1)
        .kept;
  }

  static Index bytes_of(Index batch_size) {
    Index bytes = 0;
    for_each_stage<Net>([&](auto i) { bytes += aligned_bytes(stage_bytes<i>(batch_size)); });
    return bytes;
  }

  Model<Net, T> model_;
  MovedSize batch_size_;
  Buffer<std::byte> blocks_;
  std::array<Place, stage_count<Net>> places_{};
};

}  // namespace tweed
