#pragma once

#include <known_answers/pytorch/activations.hpp>
#include <known_answers/pytorch/convolutions.hpp>
#include <known_answers/pytorch/joins.hpp>
#include <known_answers/pytorch/layers.hpp>
#include <known_answers/pytorch/losses.hpp>
#include <known_answers/pytorch/normalizations.hpp>
#include <known_answers/pytorch/optimizers.hpp>
#include <known_answers/pytorch/sample_normalizations.hpp>
#include <known_answers/pytorch/shapes.hpp>

/// What PyTorch computes, written by generate.py; whole networks are not among it.
namespace tests::pytorch {}
