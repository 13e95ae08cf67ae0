#include <tweed/io/checkpoint.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>
#include <support/two_heads.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tweed;
using tests::error_message;
using tests::TemporaryDirectory;

namespace {

const tests::TwoHeadsData training_data = tests::two_heads_data(23, 1);
const tests::TwoHeadsData validation_data = tests::two_heads_data(9, 2);

FitOptions options(int threads) {
  return {.batch_size = 5,
          .steps = 17,
          .seed = 3,
          .threads = threads,
          .early_stopping = EarlyStopping{.patience = 9}};
}

template <class M>
auto training_of(M& model, double weight = 0.3, int threads = 1) {
  return Training(model, tests::two_heads_loss(weight), Adam{.learning_rate = 0.01}, training_data,
                  validation_data, options(threads));
}

}  // namespace

TEST_CASE("checkpoint: a training of several outputs goes on to the same bits") {
  const auto check = [](const auto& fresh, int threads) {
    auto whole_model = fresh;
    auto whole = training_of(whole_model, 0.3, threads);
    whole.run();
    for (const Index stop : {1, 5, 12}) {
      const TemporaryDirectory folder;
      auto first_model = fresh;
      auto first = training_of(first_model, 0.3, threads);
      while (first.steps_done() < stop) first.step();
      save_checkpoint(first, folder / "checkpoint");
      auto second_model = fresh;
      auto second = training_of(second_model, 0.3, threads);
      load_checkpoint(second, folder / "checkpoint");
      second.run();
      CHECK(tests::same_bits(second_model.values(), whole_model.values()));
      CHECK(second.history().steps.back().loss == whole.history().steps.back().loss);
      CHECK(second.history().validations.back().loss == whole.history().validations.back().loss);
    }
  };
  for (const int threads : {1, 3}) {
    check(Model<tests::TwoHeads>{1}, threads);
    check(AnyModel(any_network<tests::TwoHeads>(), 1), threads);
  }
}

TEST_CASE("checkpoint: another sum of losses is refused, and the difference named") {
  const TemporaryDirectory folder;
  Model<tests::TwoHeads> model{1};
  auto saved = training_of(model);
  save_checkpoint(saved, folder / "checkpoint");
  const auto refusal = [&](auto training) {
    const std::string start = (folder / "checkpoint").string() + ": it is of another training: ";
    const std::string said =
        error_message([&] { load_checkpoint(training, folder / "checkpoint"); });
    return said.starts_with(start) ? said.substr(start.size()) : said;
  };
  const auto with = [&](const auto& loss, const auto& data) {
    return Training(model, loss, Adam{.learning_rate = 0.01}, data, data, options(1));
  };
  CHECK(refusal(training_of(model)).empty());
  CHECK(refusal(training_of(model, 0.4)) == "expected loss.2.weight 0.4, found 0.3");
  CHECK(refusal(with(SumOfLosses{SoftmaxCE{}, Weighted{MeanSquaredError{}, 0.3}}, training_data)) ==
        "expected loss.1.label_smoothing 0.0, found 0.1");
  const auto& [images, numbers, places] = training_data.parts();
  const ZipDataset classes{images, numbers, Labels{std::vector<Label>(23)}};
  CHECK(refusal(with(SumOfLosses{SoftmaxCE<>{.label_smoothing = 0.1}, Weighted{SoftmaxCE{}, 0.3}},
                     classes)) == "expected loss.2 \"softmax_ce\", found \"mean_squared_error\"");
}
