// The threads of a program that links tweed::compiled.

#include <tweed/core/parallel.hpp>
#include <tweed/core/team.hpp>

#ifdef _OPENMP

namespace TWEED_NAMESPACE::detail {

bool run_on_team(const ParallelLoop& loop, int threads) {
  return run_on_team_of_caller(loop, threads);
}

}  // namespace TWEED_NAMESPACE::detail

#endif
