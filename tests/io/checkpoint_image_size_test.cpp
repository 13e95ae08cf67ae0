#include <tweed/data/resized.hpp>
#include <tweed/io/checkpoint_folder.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tweed;
using tests::error_message;
using tests::same_bits;

namespace {

template <Index height, Index width>
using Net = Sequential<Input<height, width, 1>, Conv2D<5, 3, Stride{2}>, BatchNorm<>, ReLU,
                       GlobalAveragePool, Dense<4>>;
using Small = Net<7, 6>;
using Large = Net<12, 10>;

const Dataset<> images = tests::bars(30, 12, 4, 1);
const Dataset<> small_images = resized(images, 7, 6);
const Dataset<> large_images = resized(images, 12, 10);

const FitOptions options{.batch_size = 8,
                         .epochs = 4,
                         .seed = 3,
                         .schedule = CosineSchedule{},
                         .early_stopping = EarlyStopping{.patience = 9},
                         .average = WeightAverage{.decay = 0.9}};

template <class M>
auto training_on(M& model, const Dataset<>& data) {
  return Training(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data, data, options);
}

/// Half of a training.
template <class T>
void run_half(T& training) {
  while (training.steps_done() < training.steps() / 2) training.step();
}

}  // namespace

TEST_CASE("a training goes on with larger images, in memory and from a file, to the same bits") {
  Model<Small> small{1};
  auto first = training_on(small, small_images);
  run_half(first);
  const tests::TemporaryDirectory directory;
  const auto path = directory / "small.safetensors";
  save_checkpoint(first, path);

  Model<Large> large{2};
  auto second = training_on(large, large_images);
  second.resume(first);
  CHECK(same_bits(large.values(), small.values()));
  CHECK(second.steps_done() == first.steps_done());
  CHECK(second.history().steps.back().loss == first.history().steps.back().loss);
  second.run();
  CHECK(std::ssize(second.history().steps) == 16);
  CHECK(std::ssize(second.history().validations) == 4);
  CHECK_FALSE(same_bits(large.values(), small.values()));

  AnyModel any = AnyModel(any_network<Small>(), 7).resized(Large::input);
  auto from_file = training_on(any, large_images);
  load_checkpoint(from_file, path, {.any_image_size = true});
  from_file.run();
  CHECK(same_bits(any.values(), large.values()));
  CHECK(from_file.history().steps.back().loss == second.history().steps.back().loss);
}

TEST_CASE("a folder of checkpoints is gone on with at another size where that is wanted") {
  const tests::TemporaryDirectory directory;
  const CheckpointFolder checkpoints(directory.path(), 0);
  Model<Small> small{1};
  auto first = training_on(small, small_images);
  run_half(first);
  checkpoints.save(first);
  Model<Large> large{2};
  auto second = training_on(large, large_images);
  const std::string refused = error_message([&] { checkpoints.resume(second); });
  CHECK(refused.ends_with(
      "it is of another training: expected network.input [12,10,1], found [7,6,1]"));
  CHECK(second.steps_done() == 0);
  const auto resumed = checkpoints.resume(second, {.any_image_size = true});
  REQUIRE(resumed);
  CHECK(second.steps_done() == 8);
  CHECK(same_bits(large.values(), small.values()));
}

TEST_CASE("what does not fit the other size, or differs besides, is refused and nothing changed") {
  using Flat = Sequential<Input<7, 6, 1>, Flatten, Dense<4>>;
  using LargeFlat = Sequential<Input<12, 10, 1>, Flatten, Dense<4>>;
  const tests::TemporaryDirectory directory;
  const auto path = directory / "small.safetensors";
  Model<Flat> flat{1};
  auto first = training_on(flat, small_images);
  first.step();
  save_checkpoint(first, path);
  Model<LargeFlat> large{2};
  const Model<LargeFlat> before = large;
  auto second = training_on(large, large_images);
  CHECK(error_message([&] { second.resume(first); }) ==
        "training: the one to go on from has model.dense_1.kernel of 42x4, this one has "
        "model.dense_1.kernel of 120x4");
  CHECK(error_message([&] {
          load_checkpoint(second, path, {.any_image_size = true});
        }).find("model.dense_1.kernel") != std::string::npos);
  CHECK(same_bits(large.values(), before.values()));
  CHECK(second.steps_done() == 0);

  Model<Small> small{1};
  Model<Large> other{2};
  auto of_small = training_on(small, small_images);
  FitOptions larger_batches = options;
  larger_batches.batch_size = 10;
  Training of_other(other, SoftmaxCE{}, Adam{.learning_rate = 0.01}, large_images, large_images,
                    larger_batches);
  CHECK(error_message([&] { of_other.resume(of_small); }) ==
        "training: the one to go on from has batch_size 8, this one has batch_size 10");
  save_checkpoint(of_small, path);
  CHECK(error_message([&] {
          load_checkpoint(of_other, path, {.any_image_size = true});
        }).ends_with("it is of another training: expected batch_size 10, found 8"));
}
