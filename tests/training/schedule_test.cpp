#include <tweed/training/schedule.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tweed;
using doctest::Approx;

namespace {

template <class Schedule>
std::vector<double> rates(const Schedule& schedule, Index steps) {
  std::vector<double> found;
  for (Index step = 0; step < steps; ++step) {
    found.push_back(schedule({.step = step, .steps = steps}));
  }
  return found;
}

double after(const PlateauSchedule& schedule, const std::vector<double>& losses) {
  return schedule({.step = 100, .steps = 200, .epoch_losses = losses});
}

}  // namespace

TEST_CASE("ConstantSchedule: 1") {
  CHECK(rates(ConstantSchedule{}, 2) == std::vector<double>{1, 1});
}

TEST_CASE("CosineSchedule: half a cosine, warmed up in equal parts") {
  const auto plain = rates(CosineSchedule{}, 4);
  CHECK(plain[0] == 1.0);
  CHECK(plain[1] == Approx(0.8535533905932737));
  CHECK(plain[2] == Approx(0.5));
  CHECK(plain[3] == Approx(0.14644660940672627));
  const auto warm = rates(CosineSchedule{.warm_up = 2, .lowest = 0.2}, 6);
  CHECK(warm[0] == 0.5);
  CHECK(warm[1] == 1.0);
  CHECK(warm[2] == 1.0);
  CHECK(warm[4] == Approx(0.6));
  CHECK(warm[5] == Approx(0.2 + 0.8 * 0.14644660940672627));
  CHECK(rates(CosineSchedule{.warm_up = 5}, 3).back() == Approx(0.6));
  CHECK(CosineSchedule{.warm_up = 3}({.step = 3, .steps = 3}) == 1.0);
}

TEST_CASE("StepSchedule: falls every so many steps") {
  const auto found = rates(StepSchedule{.every = 2, .factor = 0.5}, 5);
  CHECK(found == std::vector<double>{1, 1, 0.5, 0.5, 0.25});
  CHECK(tests::error_message([] { StepSchedule{.every = 0}({}); }) ==
        "StepSchedule: every is 0, it must be at least 1");
}

TEST_CASE("PlateauSchedule: falls where the loss does not, as Keras's ReduceLROnPlateau") {
  const PlateauSchedule schedule{.patience = 2, .factor = 0.5, .min_delta = 0.1, .lowest = 0.2};
  CHECK(after(schedule, {}) == 1.0);
  CHECK(after(schedule, {3.0, 2.0, 1.0}) == 1.0);
  CHECK(after(schedule, {3.0, 3.0}) == 1.0);
  CHECK(after(schedule, {3.0, 3.0, 2.95}) == 0.5);            // less than min_delta below
  CHECK(after(schedule, {3.0, 3.0, 2.95, 3.0}) == 0.5);       // counts anew
  CHECK(after(schedule, {3.0, 3.0, 2.95, 3.0, 2.5}) == 0.5);  // better in time
  CHECK(after(schedule, {3.0, 3.0, 2.95, 3.0, 3.0}) == 0.25);
  CHECK(after(schedule, std::vector<double>(20, 1.0)) == 0.2);
}
