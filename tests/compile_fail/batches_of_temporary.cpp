// expect: this keeps a reference to the data set, which must not be a temporary
#include <tweed/tweed.hpp>

using namespace tweed;

Dataset<float> rows();

BatchMemory<Dataset<float>, float> memory(rows(), 20);
