#include <tweed/augment/augmentations.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/allocations.hpp>
#include <support/synthetic.hpp>
#include <support/two_heads.hpp>

#include <new>
#include <vector>

using namespace tweed;
using tests::allocations;

namespace {

using Net = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, ReLU, MaxPool<2>, Dropout<0.5>, Conv2D<12, 3>,
                       ReLU, Flatten, Dense<9>, ReLU, Dense<4>>;
using Branched = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, As<"skip">,
                            Recompute<Residual<Conv2D<6, 3>, ReLU, Dropout<0.5>>>,
                            Concat<From<"skip">>, Flatten, Add<Dense<7>, Dense<7>>, Dense<4>>;

}  // namespace

TEST_CASE("a training step allocates nothing after the first, nor does an inference") {
  std::vector<float> pixels(16 * 64, 0.25F);
  const std::vector<Label> labels(16, 1);
  const Batch<const float> x{pixels.data(), 16, {8, 8, 1}};
  const auto check = [&](auto model) {
    for (const int threads : {1, 2}) {
      Trainer trainer(model, SoftmaxCE{}, Adam{}, {.batch_size = 16, .threads = threads});
      Inference inference(model, 16, threads);
      trainer.step(x, labels);
      inference(model, x);
      const long before = allocations();
      for (int step = 0; step < 5; ++step) {
        trainer.step(x, labels);
        inference(model, x);
      }
      CHECK(allocations() == before);
    }
  };
  check(Model<Net>());
  check(AnyModel(any_network<Net>()));
  check(Model<Branched>());
  check(AnyModel(any_network<Branched>()));
  const long before = allocations();
  void* const counted_one = ::operator new(1);  // A new expression may be left out as useless.
  const Buffer<float> counted_two(3);
  CHECK(allocations() == before + 2);
  ::operator delete(counted_one);
}

TEST_CASE("nor does an inference of any kind of model, from its first call on") {
  const std::vector<float> pixels(16 * 64, 0.25F);
  const Batch<const float> x{pixels.data(), 16, Net::input};
  const Model<Net> model;
  const PreparedModel prepared(model, 16);
  const AnyModel any{any_network<Net>()};
  const PreparedModel prepared_any(any, 16);
  for (const int threads : {1, 2}) {
    const auto check = [&](const auto& used) {
      auto inference = make_inference(used, 16, threads);
      for (const Index count : {16, 1, 16}) {
        const long before = allocations();
        inference(used, x.first(count));
        CHECK(allocations() == before);
      }
    };
    Inference<Net>(16, threads)(model, x);  // the threads themselves
    check(model);
    check(prepared);
    check(any);
    check(prepared_any);
  }
}

TEST_CASE("nor does one with hooks, validation and everything else") {
  const auto check = [&](const auto& fresh, const auto& loss, const auto& data, int threads,
                         const AnyAugmentation& augmentation) {
    auto model = fresh;
    long reports = 0;
    Training training(model, loss, Adam{.weight_decay = 0.1}, data, data,
                      {.batch_size = 8,
                       .steps = 20,
                       .threads = threads,
                       .clip_norm = 1.0,
                       .augmentation = augmentation,
                       .schedule = PlateauSchedule{},
                       .early_stopping = EarlyStopping{.patience = 20},
                       .on_step = [&](const StepReport&) { ++reports; },
                       .on_epoch = [&](const EpochReport&) { ++reports; }});
    training.step();
    training.step();
    const long before = allocations();
    training.run();
    CHECK(allocations() == before);
    CHECK(reports == 30);
  };
  const Dataset<> data = tests::bars(16, 8, 4);
  const auto of_two = tests::two_heads_data(16, 1);
  const Compose of_samples{RandomCrop{.padding = 1}, AlternatingFlip{}, Cutout{.size = 2},
                           RandomAffine{.degrees = 10}, ColorJitter{.contrast = 0.1}};
  const Compose of_all{of_samples, MixUp{}, CutMix{}};
  for (const int threads : {1, 2}) {
    check(Model<Net>(), SoftmaxCE{}, data, threads, of_all);
    check(AnyModel(any_network<Net>()), SoftmaxCE{}, data, threads, of_all);
    check(Model<tests::TwoHeads>(), tests::two_heads_loss(), of_two, threads, of_samples);
    check(AnyModel(any_network<tests::TwoHeads>()), tests::two_heads_loss(), of_two, threads,
          of_samples);
  }
}
