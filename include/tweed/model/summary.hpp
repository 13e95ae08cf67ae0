#pragma once

#include <tweed/model/memory.hpp>
#include <tweed/model/model.hpp>

#include <string>

#ifndef TWEED_COMPILED
#include <tweed/model/summary_table.hpp>
#endif

namespace TWEED_NAMESPACE {

struct SummaryOptions {
  Index batch_size = 100;  ///< that the memory is told for
  int threads = 1;         ///< likewise; 0: all that OpenMP offers
};

namespace detail {

/// The text of `summary`. `can_fold`: whether layers run as one where they can.
template <class T>
std::string summary_of(const NetworkText& text, const NetworkView<T>& network, bool can_fold,
                       Index batch_size, int threads);

template <class T, class Net>
std::string summary_of(const NetworkHandle<Net>& network, const SummaryOptions& options) {
  return summary_of(network.text(), network.template view<T>(), !is_unfolded<Net>,
                    options.batch_size, options.threads);
}

}  // namespace detail

/// A table of the layers with their output shapes and parameter counts, where layers read something
/// else than the layer before, and what the network takes in memory. Throws Error for a batch size
/// below 1.
template <StaticNetwork Net, class T = float>
std::string summary(const SummaryOptions& options = {}) {
  return detail::summary_of<T>(NetworkHandle<Net>(), options);
}

/// The table of a model's network.
template <class Net, class T>
std::string summary(const Model<Net, T>& model, const SummaryOptions& options = {}) {
  return detail::summary_of<T>(model.network(), options);
}

}  // namespace TWEED_NAMESPACE
