// The kernels of tweed::compiled: what <tweed/kernels/kernels.hpp> declares, for float and double.

#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE::kernels {

template void relu(const float*, float*, Index, int);
template void relu(const double*, double*, Index, int);
template void relu_gradient(const float*, const float*, float*, Index, int);
template void relu_gradient(const double*, const double*, double*, Index, int);

template void max_pool(const PoolGeometry&, Index, const float*, float*, PoolTap*, int);
template void max_pool(const PoolGeometry&, Index, const double*, double*, PoolTap*, int);
template void max_pool_gradient(const PoolGeometry&, Index, const float*, const PoolTap*, float*,
                                int);
template void max_pool_gradient(const PoolGeometry&, Index, const double*, const PoolTap*, double*,
                                int);

template void average_pool(const PoolGeometry&, Index, bool, const float*, float*, int);
template void average_pool(const PoolGeometry&, Index, bool, const double*, double*, int);
template void average_pool_gradient(const PoolGeometry&, Index, bool, const float*, float*, int);
template void average_pool_gradient(const PoolGeometry&, Index, bool, const double*, double*, int);

template void global_average_pool(const SampleSize&, const float*, float*, int);
template void global_average_pool(const SampleSize&, const double*, double*, int);
template void global_average_pool_gradient(const SampleSize&, const float*, float*, int);
template void global_average_pool_gradient(const SampleSize&, const double*, double*, int);

template void upsample(const Shape&, Index, Window, const float*, float*, int);
template void upsample(const Shape&, Index, Window, const double*, double*, int);
template void upsample_gradient(const Shape&, Index, Window, const float*, float*, int);
template void upsample_gradient(const Shape&, Index, Window, const double*, double*, int);

template void batch_norm(const BatchNormForward<float>&);
template void batch_norm(const BatchNormForward<double>&);
template void batch_norm_gradient(const BatchNormBackward<float>&);
template void batch_norm_gradient(const BatchNormBackward<double>&);
template void scale_channels(const ChannelScaling<float>&);
template void scale_channels(const ChannelScaling<double>&);

template void add(std::span<const Batch<const float>>, const Batch<float>&, const Activation&, int);
template void add(std::span<const Batch<const double>>, const Batch<double>&, const Activation&,
                  int);

template void concat(std::span<const Batch<const float>>, const Batch<float>&, int);
template void concat(std::span<const Batch<const double>>, const Batch<double>&, int);
template void concat_gradient(const Batch<const float>&, std::span<const Batch<float>>, int);
template void concat_gradient(const Batch<const double>&, std::span<const Batch<double>>, int);

template void multiply(const float*, const float*, float*, Index, int);
template void multiply(const double*, const double*, double*, Index, int);
template void multiply_gradient(const float*, const float*, const float*, float*, float*, Index,
                                int);
template void multiply_gradient(const double*, const double*, const double*, double*, double*,
                                Index, int);
template void multiply_channels(const SampleSize&, const float*, const float*, float*, int);
template void multiply_channels(const SampleSize&, const double*, const double*, double*, int);
template void multiply_channels_gradient(const SampleSize&, const float*, const float*,
                                         const float*, float*, float*, int);
template void multiply_channels_gradient(const SampleSize&, const double*, const double*,
                                         const double*, double*, double*, int);

template Index dense_scratch_bytes<float>(Index, int);
template Index dense_scratch_bytes<double>(Index, int);
template void dense(const DenseForward<float>&);
template void dense(const DenseForward<double>&);
template void dense_gradient(const DenseBackward<float>&);
template void dense_gradient(const DenseBackward<double>&);

template void dropout(const float*, float*, Index, double, const RandomKey&, int, std::uint8_t*);
template void dropout(const double*, double*, Index, double, const RandomKey&, int, std::uint8_t*);
template void dropout_gradient(const float*, const std::uint8_t*, float*, Index, double, int);
template void dropout_gradient(const double*, const std::uint8_t*, double*, Index, double, int);

template void adam(const AdamStep<float>&);
template void adam(const AdamStep<double>&);

namespace conv {

template Algorithm algorithm_for<float>(const Geometry&, Index, Algorithm, Kernel);
template Algorithm algorithm_for<double>(const Geometry&, Index, Algorithm, Kernel);
template Index largest_kept_bytes<float>(const Geometry&, Index, Algorithm);
template Index largest_kept_bytes<double>(const Geometry&, Index, Algorithm);
template Index largest_scratch_bytes<float>(const Geometry&, Index, int, Algorithm);
template Index largest_scratch_bytes<double>(const Geometry&, Index, int, Algorithm);
template Index prepared_kernel_bytes<float>(const Geometry&, Index, Algorithm);
template Index prepared_kernel_bytes<double>(const Geometry&, Index, Algorithm);
template Index prepared_scratch_bytes<float>(const Geometry&, Index, int, Algorithm);
template Index prepared_scratch_bytes<double>(const Geometry&, Index, int, Algorithm);
template void prepare_kernel<float, Family::grouped>(Algorithm, const Geometry&, const float*,
                                                     std::span<std::byte>, int);
template void prepare_kernel<float, Family::strided>(Algorithm, const Geometry&, const float*,
                                                     std::span<std::byte>, int);
template void prepare_kernel<float, Family::dense>(Algorithm, const Geometry&, const float*,
                                                   std::span<std::byte>, int);
template void prepare_kernel<float, Family::dense_3x3>(Algorithm, const Geometry&, const float*,
                                                       std::span<std::byte>, int);
template void prepare_kernel<float, Family::any>(Algorithm, const Geometry&, const float*,
                                                 std::span<std::byte>, int);
template void prepare_kernel<double, Family::grouped>(Algorithm, const Geometry&, const double*,
                                                      std::span<std::byte>, int);
template void prepare_kernel<double, Family::strided>(Algorithm, const Geometry&, const double*,
                                                      std::span<std::byte>, int);
template void prepare_kernel<double, Family::dense>(Algorithm, const Geometry&, const double*,
                                                    std::span<std::byte>, int);
template void prepare_kernel<double, Family::dense_3x3>(Algorithm, const Geometry&, const double*,
                                                        std::span<std::byte>, int);
template void prepare_kernel<double, Family::any>(Algorithm, const Geometry&, const double*,
                                                  std::span<std::byte>, int);
template void forward<float, Family::grouped>(Algorithm, const Geometry&, const Forward<float>&);
template void forward<float, Family::strided>(Algorithm, const Geometry&, const Forward<float>&);
template void forward<float, Family::dense>(Algorithm, const Geometry&, const Forward<float>&);
template void forward<float, Family::dense_3x3>(Algorithm, const Geometry&, const Forward<float>&);
template void forward<float, Family::any>(Algorithm, const Geometry&, const Forward<float>&);
template void forward<double, Family::grouped>(Algorithm, const Geometry&, const Forward<double>&);
template void forward<double, Family::strided>(Algorithm, const Geometry&, const Forward<double>&);
template void forward<double, Family::dense>(Algorithm, const Geometry&, const Forward<double>&);
template void forward<double, Family::dense_3x3>(Algorithm, const Geometry&,
                                                 const Forward<double>&);
template void forward<double, Family::any>(Algorithm, const Geometry&, const Forward<double>&);
template void backward<float, Family::grouped>(Algorithm, const Geometry&, const Backward<float>&);
template void backward<float, Family::strided>(Algorithm, const Geometry&, const Backward<float>&);
template void backward<float, Family::dense>(Algorithm, const Geometry&, const Backward<float>&);
template void backward<float, Family::dense_3x3>(Algorithm, const Geometry&,
                                                 const Backward<float>&);
template void backward<float, Family::any>(Algorithm, const Geometry&, const Backward<float>&);
template void backward<double, Family::grouped>(Algorithm, const Geometry&,
                                                const Backward<double>&);
template void backward<double, Family::strided>(Algorithm, const Geometry&,
                                                const Backward<double>&);
template void backward<double, Family::dense>(Algorithm, const Geometry&, const Backward<double>&);
template void backward<double, Family::dense_3x3>(Algorithm, const Geometry&,
                                                  const Backward<double>&);
template void backward<double, Family::any>(Algorithm, const Geometry&, const Backward<double>&);

}  // namespace conv

}  // namespace TWEED_NAMESPACE::kernels
