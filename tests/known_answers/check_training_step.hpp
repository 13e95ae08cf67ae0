#pragma once

#include <tweed/losses/loss.hpp>
#include <tweed/model/inference.hpp>
#include <tweed/model/training_pass.hpp>
#include <tweed/optim/sgd.hpp>
#include <known_answers/fill.hpp>
#include <known_answers/training_step.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <span>
#include <string_view>

namespace tests {

inline void check_answer(std::string_view what, double error, double tolerance) {
  CAPTURE(what);
  CHECK(error < tolerance);
}

/// Tensors against their answers, in the order of the layers: all, or as many as there are answers,
/// from the first to the last.
template <class T, std::size_t count>
void check_tensors(std::span<const tweed::NamedTensor<T>> tensors,
                   const std::array<Fingerprint, count>& answers, double tolerance) {
  REQUIRE(tensors.size() >= count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& tensor = tensors[i * (tensors.size() - 1) / std::max<std::size_t>(1, count - 1)];
    check_answer(tensor.name, fingerprint_error(tensor.values, answers[i]), tolerance);
  }
}

/// How far a step may lie from its answer, relative to the largest of each tensor.
struct StepTolerance {
  double outputs;    ///< and loss and statistics
  double gradients;  ///< and what the network makes of the images after the step

  StepTolerance(double all) : StepTolerance(all, all) {}
  StepTolerance(double outputs_, double gradients_) : outputs(outputs_), gradients(gradients_) {}
};

/// One step of training with `images` samples, and inference after it, against the answer.
template <class Net, class T, std::size_t trained, std::size_t state, class Loss, class Targets>
void check_training_step(tweed::Model<Net, T> model, const TrainingStep<trained, state>& answer,
                         tweed::Index images, const Loss& loss, const Targets& targets,
                         const StepTolerance& tolerance) {
  fill(model.tensors());
  const auto x = numbers<T>(images * model.input_shape().size(), input_stream);
  const tweed::Batch<const T> batch{x.data(), images, model.input_shape()};

  tweed::TrainingPass<Net, T> pass(model, images, 2);
  std::ranges::fill(pass.gradients(), std::numeric_limits<T>::quiet_NaN());
  const auto y = pass.forward(model, batch, {});
  check_answer("outputs", fingerprint_error(y.values(), answer.outputs), tolerance.outputs);
  const tweed::LossSum sum = loss.gradient(y, targets, pass.output_gradient());
  check_answer("loss", std::abs(sum.mean_loss() / answer.loss - 1.0), tolerance.outputs);
  pass.backward(model);
  const auto gradients = model.named(pass.gradients());
  check_tensors<T>(gradients, answer.gradients, tolerance.gradients);

  pass.commit(model);
  const tweed::SGD sgd{.learning_rate = step_learning_rate};
  auto nothing = sgd.template make_state<T>(std::ssize(model.parameters()));
  sgd.template update<T>(nothing, model.parameters(), pass.gradients(), 2);
  const auto tensors = model.tensors();
  check_tensors<T>(std::span(tensors).subspan(gradients.size()), answer.statistics,
                   tolerance.outputs);
  tweed::Inference<Net, T> infer(model, images, 2);
  check_answer("inference", fingerprint_error(infer(model, batch).values(), answer.inferred),
               tolerance.gradients);
}

}  // namespace tests
