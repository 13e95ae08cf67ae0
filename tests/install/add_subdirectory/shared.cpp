#include <tweed/kernels/kernels.hpp>

void rectify(float* values, tweed::Index count) { tweed::kernels::relu(values, values, count, 1); }
