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

namespace {

/// Whether a schedule gives these rates, from the first step on.
template <class S>
void check_rates(const S& schedule, const std::vector<double>& expected) {
  const auto found = rates(schedule, std::ssize(expected));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("OneCycleSchedule: gives what PyTorch's OneCycleLR gives") {
  check_rates(OneCycleSchedule{}, {0.040000000000000036, 0.52, 1.0, 0.9504846320134737,
                                   0.8117456539497631, 0.6112620219362893, 0.38874197806371075,
                                   0.18825834605023697, 0.049519367986526286, 4e-06});
  check_rates(OneCycleSchedule{.rise = 0.5, .first = 0.1, .last = 0.001, .linear = true},
              {0.1, 0.3571428571428571, 0.6142857142857142, 0.8714285714285713, 0.889, 0.667, 0.445,
               0.223, 0.001});
  check_rates(OneCycleSchedule{.rise = 1.0},
              {0.04, 0.10430780618346935, 0.28, 0.52, 0.76, 0.9356921938165306, 1.0});
}

TEST_CASE("OneCycleSchedule: without steps to rise or to fall it starts and ends at the peak") {
  check_rates(OneCycleSchedule{.rise = 0, .linear = true}, {1.0, (1.0 + 4e-6) / 2, 4e-6});
  check_rates(OneCycleSchedule{}, {1.0});
  check_rates(OneCycleSchedule{}, {1.0, 4e-6});
  CHECK(OneCycleSchedule{}({.step = 9, .steps = 5}) == Approx(4e-6));
  CHECK(tests::error_message([] { OneCycleSchedule{.rise = 1.5}({}); }) ==
        "OneCycleSchedule: rise is 1.5, it must be at least 0 and at most 1");
}

TEST_CASE("OneCycleMomentum: gives what PyTorch's OneCycleLR gives") {
  check_rates(OneCycleMomentum{},
              {0.95, 0.9, 0.85, 0.854951556604879, 0.8688255099070633, 0.8888739533021842,
               0.9111260466978157, 0.9311744900929366, 0.945048443395121, 0.95});
  check_rates(OneCycleMomentum{.rise = 0.5, .highest = 0.9, .lowest = 0.6, .linear = true},
              {0.9, 0.8142857142857143, 0.7285714285714285, 0.6428571428571428, 0.6333333333333333,
               0.7, 0.7666666666666666, 0.8333333333333334, 0.9});
  CHECK(tests::error_message([] { OneCycleMomentum{.highest = 1}({}); }) ==
        "OneCycleMomentum: highest is 1, it must be at least 0 and below 1");
}

TEST_CASE("TriangularSchedule: gives what PyTorch's CyclicLR gives") {
  check_rates(TriangularSchedule{.up = 2, .down = 3, .lowest = 0.2},
              {0.2, 0.6, 1.0, 0.7333333333333333, 0.4666666666666667, 0.2, 0.6, 1.0,
               0.7333333333333333, 0.4666666666666667, 0.2, 0.6});
  check_rates(TriangularSchedule{.up = 2, .lowest = 0.1, .factor = 0.5},
              {0.1, 0.55, 1.0, 0.55, 0.1, 0.325, 0.55, 0.325, 0.1, 0.2125});
  CHECK(tests::error_message([] {
          TriangularSchedule{.up = 0}({});
        }).starts_with("TriangularSchedule: up is 0, it must be at least 1"));
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
