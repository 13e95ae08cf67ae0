#pragma once

#include <tweed/model/engine.hpp>
#include <tweed/model/model.hpp>

#include <memory>
#include <utility>

namespace TWEED_NAMESPACE {

/// A model made ready to predict: what layers can make of their parameters alone, such as the
/// transforms of a convolution's kernels, is made once and not in every call. With few samples at a
/// time that is most of the work. A normalisation behind a convolution is multiplied into its
/// kernel. It has weights of its own, which do not change any more, and may be used from any number
/// of threads at once.
///
///     const PreparedModel prepared(std::move(model));
///     Inference infer(prepared);
///     const auto logits = infer(prepared, image);
template <class Net, class T = float>
class PreparedModel {
 public:
  using Network = Net;
  using Scalar = T;

  /// For batches of up to `batch_size` samples. Takes `threads`, 0 for all that OpenMP offers, to
  /// prepare. Results are those of the model but for rounding: other algorithms may be the fastest.
  /// Throws Error for a batch size below 1.
  explicit PreparedModel(Model<Net, T> model, Index batch_size = 1, int threads = 0)
      : model_(std::move(model)),
        batch_size_(batch_size),
        preparation_(detail::make_preparation<T>(model_.network().template view<T>(),
                                                 model_.layout(), std::as_const(model_).values(),
                                                 {.folds = folds_of<Net>(folds::in_prepared),
                                                  .batch_size = batch_size,
                                                  .threads = threads})) {}

  Shape input_shape() const { return model_.input_shape(); }
  Shape output_shape() const { return model_.output_shape(); }

  const Model<Net, T>& model() const { return model_; }
  GraphView graph() const { return model_.graph(); }
  Index batch_size() const { return batch_size_; }

  /// Bytes held besides the weights.
  Index bytes() const { return preparation_->bytes(); }

  const detail::Preparation<T>& preparation() const { return *preparation_; }

 private:
  Model<Net, T> model_;
  MovedSize batch_size_;
  std::shared_ptr<const detail::Preparation<T>> preparation_;
};

}  // namespace TWEED_NAMESPACE
