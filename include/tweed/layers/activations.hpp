#pragma once

#include <tweed/core/activations.hpp>
#include <tweed/layers/clip.hpp>
#include <tweed/layers/elu.hpp>
#include <tweed/layers/gelu.hpp>
#include <tweed/layers/hard_sigmoid.hpp>
#include <tweed/layers/hard_swish.hpp>
#include <tweed/layers/leaky_relu.hpp>
#include <tweed/layers/mish.hpp>
#include <tweed/layers/relu6.hpp>
#include <tweed/layers/selu.hpp>
#include <tweed/layers/sigmoid.hpp>
#include <tweed/layers/silu.hpp>
#include <tweed/layers/softplus.hpp>
#include <tweed/layers/tanh.hpp>
