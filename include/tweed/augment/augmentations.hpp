#pragma once

/// All augmentations.

#include <tweed/augment/alternating_flip.hpp>
#include <tweed/augment/augmentation.hpp>
#include <tweed/augment/color_jitter.hpp>
#include <tweed/augment/compose.hpp>
#include <tweed/augment/cutmix.hpp>
#include <tweed/augment/cutout.hpp>
#include <tweed/augment/mixup.hpp>
#include <tweed/augment/random_affine.hpp>
#include <tweed/augment/random_crop.hpp>
#include <tweed/augment/random_erasing.hpp>
#include <tweed/augment/random_flip.hpp>
