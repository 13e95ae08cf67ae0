#include <tweed/reporting/interrupt_watch.hpp>

#include <doctest/doctest.h>

#include <csignal>

using namespace tweed;

namespace {

volatile std::sig_atomic_t others = 0;
void count_for_others(int) { others = others + 1; }

}  // namespace

TEST_CASE("signals leave a note while somebody watches, and go where they went before afterwards") {
  const auto before = std::signal(SIGINT, count_for_others);
  {
    const InterruptWatch watch;
    CHECK_FALSE(watch.interrupted());
    std::raise(SIGINT);
    CHECK(watch.interrupted());
    CHECK(others == 0);
  }
  std::raise(SIGINT);
  CHECK(others == 1);
  std::signal(SIGINT, before);
  {
    const InterruptWatch watch;
    CHECK_FALSE(watch.interrupted());  // that was another watch's
    std::raise(SIGTERM);
    CHECK(watch.interrupted());
  }
}
