#pragma once

/// What networks and training need, with nothing but Eigen (and OpenMP, if there is one). Not
/// included, because not every program measures more than loss and accuracy, or changes its images:
/// - <tweed/metrics/accuracy.hpp>, <tweed/metrics/confusion_matrix.hpp> and
///   <tweed/training/measure.hpp>
/// - <tweed/augment/augmentations.hpp>
/// Nor, because they need a library each:
/// - <tweed/data/fashion_mnist.hpp> and <tweed/data/idx.hpp>: data sets from files (zlib)
/// - <tweed/io/model_file.hpp>: save and load models (nlohmann/json)
/// - <tweed/io/checkpoint_folder.hpp>: save and resume trainings (nlohmann/json and zlib)

#include <tweed/core/error.hpp>
#include <tweed/data/batches.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/data/segmentation_dataset.hpp>
#include <tweed/data/zip_dataset.hpp>
#include <tweed/graph/composites.hpp>
#include <tweed/graph/misfit.hpp>
#include <tweed/kernels/instruction_set.hpp>
#include <tweed/layers/layers.hpp>
#include <tweed/losses/dice.hpp>
#include <tweed/losses/huber.hpp>
#include <tweed/losses/mean_absolute_error.hpp>
#include <tweed/losses/mean_squared_error.hpp>
#include <tweed/losses/pixel_softmax_ce.hpp>
#include <tweed/losses/sigmoid_ce.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/losses/sum_of_losses.hpp>
#include <tweed/model/copy_values.hpp>
#include <tweed/model/inference.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/predict.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/model/summary.hpp>
#include <tweed/optim/adagrad.hpp>
#include <tweed/optim/adam.hpp>
#include <tweed/optim/lion.hpp>
#include <tweed/optim/lookahead.hpp>
#include <tweed/optim/muon.hpp>
#include <tweed/optim/rmsprop.hpp>
#include <tweed/optim/sgd.hpp>
#include <tweed/training/evaluate.hpp>
#include <tweed/training/fit.hpp>
#include <tweed/training/trainer.hpp>
