#include <tweed/kernels/kernels.hpp>

void rectify(float* values, tweed::Index count) {
  tweed::kernels::chosen::relu<float>(values, values, count, 1);
}
