#pragma once

#include <tweed/tweed.hpp>
#include <support/synthetic.hpp>

namespace fuzz {

/// The training that the fuzzed checkpoints belong to.
struct Checkpointed {
  using Net = tweed::Sequential<tweed::Input<3, 3, 1>, tweed::Flatten, tweed::Dense<2>>;

  tweed::Dataset<> data = tests::bars(6, 3, 2);
  tweed::Model<Net> model{1};
  tweed::Training<Net, float, tweed::SoftmaxCE<>, tweed::Adam, tweed::Dataset<>> training{
      model,
      tweed::SoftmaxCE<>{},
      tweed::Adam{},
      data,
      data,
      {.batch_size = 2,
       .steps = 7,
       .threads = 1,
       .schedule = tweed::PlateauSchedule{},
       .early_stopping = tweed::EarlyStopping{.patience = 3}}};
};

}  // namespace fuzz
