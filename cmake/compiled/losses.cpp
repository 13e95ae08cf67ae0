// The usual loss in tweed::compiled, which <tweed/losses/softmax_ce.hpp> only declares for programs
// that link it.

#include <tweed/losses/softmax_ce.hpp>

namespace TWEED_NAMESPACE::detail {

template BatchLoss<SoftmaxCE<>, float, Label>::BatchLoss(const SoftmaxCE<>&,
                                                         const Batch<const float>&,
                                                         std::span<const Label>,
                                                         const LossContext&);
template BatchLoss<SoftmaxCE<>, float, float>::BatchLoss(const SoftmaxCE<>&,
                                                         const Batch<const float>&,
                                                         std::span<const float>,
                                                         const LossContext&);
template LossSum BatchLoss<SoftmaxCE<>, float, Label>::value() const;
template LossSum BatchLoss<SoftmaxCE<>, float, float>::value() const;
template LossSum BatchLoss<SoftmaxCE<>, float, Label>::gradient(const Batch<float>&) const;
template LossSum BatchLoss<SoftmaxCE<>, float, float>::gradient(const Batch<float>&) const;

}  // namespace TWEED_NAMESPACE::detail
