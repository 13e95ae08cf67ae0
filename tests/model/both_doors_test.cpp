#include <tweed/model/memory.hpp>
#include <tweed/model/program.hpp>
#include <support/branched_networks.hpp>
#include <support/network_run.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

using namespace tweed;
using tests::NetworkResult;
using tests::run_network;

namespace {

template <class Net, class T>
Model<Net, T> filled(Model<Net, T> model) {
  tests::fill_parameters(model);
  return model;
}

template <class Net, class T = float>
Model<AnyNetworkOf<T>, T> any_model() {
  return filled(Model<AnyNetworkOf<T>, T>(any_network<Net, T>()));
}

/// That a model gives the bits of `expected`, whatever the threads, the room and what is in memory.
template <class Net>
void check_runs(const Model<Net>& model, Index batch, const NetworkResult<float>& expected) {
  for (const int threads : {1, 2, 3, 8}) {
    for (const Index spare : {0, 2}) {
      CAPTURE(threads);
      CAPTURE(spare);
      const bool poison = spare > 0 || threads == 2;
      CHECK(tests::same_bits(
          run_network(
              model,
              {.batch = batch, .planned = batch + spare, .threads = threads, .poison = poison}),
          expected));
    }
  }
}

template <class Net>
void check_doors(const AnyNetwork& built = any_network<Net>()) {
  for (const Index batch : {1, 3}) {
    CAPTURE(batch);
    const Model<Net> model = filled(Model<Net>());
    const auto expected = run_network(model, {.batch = batch, .planned = batch});
    for (const float value : expected.gradients) REQUIRE(std::isfinite(value));
    check_runs(model, batch, expected);
    check_runs(filled(Model<Unfolded<Net>>()), batch, expected);
    check_runs(any_model<Net>(), batch, expected);
    check_runs(filled(AnyModel(built)), batch, expected);
  }
}

}  // namespace

TEST_CASE("a graph as a type, layer by layer, and built at run time gives the same bits") {
  check_doors<tests::Branched>(tests::build_branched<float>(false));
}
TEST_CASE("so does one of two inputs and two outputs") {
  check_doors<tests::TwoInputs>(tests::build_two_inputs<float>());
}
TEST_CASE("so does one that computes parts of it again") {
  check_doors<tests::BranchedOf<Recompute>>(tests::build_branched<float>(true));
}

TEST_CASE("so does one with state, computed again or not") {
  check_doors<tests::Normalized>();
  check_doors<tests::NormalizedOf<Recompute>>();
  CHECK(tests::same_bits(run_network(filled(Model<tests::Normalized>()), {}),
                         run_network(filled(Model<tests::NormalizedOf<Recompute>>()), {})));
}

TEST_CASE("prepared models predict the same bits through both doors, and what the model does") {
  const auto check = [](const auto& model, const auto& any) {
    const GraphView graph = model.graph();
    for (const Index batch : {1, 3}) {
      const tests::NetworkInputs<float> inputs(graph, batch);
      const PreparedModel prepared(model, batch);
      const PreparedModel prepared_any(any, batch);
      Inference plain(model, batch, 1);
      Inference infer(prepared, 1);
      Inference infer_any(prepared_any, 3);
      plain(model, inputs.batches());
      infer(prepared, inputs.batches());
      infer_any(prepared_any, inputs.batches());
      for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
        CHECK(tests::same_bits(infer.output(k).values(), infer_any.output(k).values()));
        CHECK(tests::relative_error(infer.output(k).values(), plain.output(k).values()) < 1e-5);
      }
    }
  };
  check(filled(Model<tests::Branched>()), any_model<tests::Branched>());
  check(filled(Model<tests::TwoInputs>()), any_model<tests::TwoInputs>());
  check(filled(Model<tests::Normalized>()), any_model<tests::Normalized>());
}

TEST_CASE("both doors start with the same weights and give layers the same names") {
  const Model<tests::Branched> model{5};
  const AnyModel any(tests::build_branched<float>(false), 5);
  CHECK(tests::same_bits(model.values(), any.values()));
  const auto a = model.tensors();
  const auto b = any.tensors();
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].name == b[i].name);
    CHECK(a[i].dims == b[i].dims);
  }
  CHECK(summary(model) == summary(any));
}

TEST_CASE("what is computed again changes no bit, and saves memory") {
  const auto stored = run_network(filled(Model<tests::Branched>()), {});
  const auto computed = run_network(filled(Model<tests::BranchedOf<Recompute>>()), {});
  CHECK(tests::same_bits(stored, computed));
  using Deep = Sequential<Input<8, 8, 4>, Repeat<9, Conv2D<4, 3>, ReLU>>;
  using DeepAgain = Sequential<Input<8, 8, 4>, Repeat<3, Recompute<Repeat<3, Conv2D<4, 3>, ReLU>>>>;
  CHECK(TrainingPass<DeepAgain>(10).plan().size() < TrainingPass<Deep>(10).plan().size());
  CHECK(tests::same_bits(run_network(filled(Model<Deep>()), {}),
                         run_network(filled(Model<DeepAgain>()), {})));
}

TEST_CASE("gradients of graphs agree with central differences") {
  CHECK(tests::worst_gradient(filled(Model<tests::Branched, double>()), 5) < 1e-7);
  CHECK(tests::worst_gradient(filled(Model<tests::BranchedOf<Recompute>, double>()), 23) < 1e-7);
  CHECK(tests::worst_gradient(filled(Model<tests::TwoInputs, double>())) < 1e-7);
  CHECK(tests::worst_gradient(any_model<tests::TwoInputs, double>()) < 1e-7);
  CHECK(tests::worst_gradient(filled(Model<tests::Normalized, double>())) < 1e-7);
}

TEST_CASE("a graph says how much memory it takes before it takes it") {
  const TrainingPass<tests::Branched> pass(7, 2);
  CHECK(pass.bytes() == training_bytes<tests::Branched>(7, pass.threads()));
  const Inference<tests::Branched> inference(7, 2);
  CHECK(inference.bytes() == inference_bytes<tests::Branched>(7, inference.threads()));
  CHECK(TrainingPass(any_model<tests::Branched>(), 7, 2).bytes() == pass.bytes());
}
