#pragma once

#include "conv_candidate.hpp"

#ifdef TWEED_BENCH_ONEDNN
#include "onednn.hpp"
#endif

#include <vector>

namespace tweed::bench {

/// Other libraries' convolutions, as far as bench_conv was built with them: oneDNN's direct
/// algorithm first.
inline std::vector<Candidate> peer_candidates([[maybe_unused]] const conv::Geometry& g,
                                              [[maybe_unused]] Index batch) {
#ifdef TWEED_BENCH_ONEDNN
  return onednn::candidates(g, batch);
#else
  return {};
#endif
}

}  // namespace tweed::bench
