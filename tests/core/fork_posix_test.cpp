#include <tweed/core/parallel.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

using namespace tweed;

namespace {

std::vector<double> squares(int threads) {
  std::vector<double> result(1000);
  parallel_for(std::ssize(result), threads, [&](Index i, int) {
    result[static_cast<std::size_t>(i)] = static_cast<double>(i) * static_cast<double>(i);
  });
  return result;
}

/// What `body` returns in a child of this process, or -1 where the child does not end.
template <class Body>
int status_of_child(const Body& body) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // rather than to hang
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("fork: a child computes what its parent did, on one thread") {
  const auto expected = squares(3);
  const int threads_before = default_threads();
  const int status = status_of_child([&] {
    if (squares(3) != expected || default_threads() != 1) return 1;
    int most = 0;  // no race: one thread
    parallel_for(100, 3, [&](Index, int worker) { most = std::max(most, worker); });
    return most == 0 ? 0 : 2;
  });
  CHECK(status == 0);
  CHECK(squares(3) == expected);
  CHECK(default_threads() == threads_before);
}

TEST_CASE("fork: so does a child's child") {
  const auto expected = squares(2);
  CHECK(status_of_child(
            [&] { return status_of_child([&] { return squares(2) == expected ? 0 : 1; }); }) == 0);
}
