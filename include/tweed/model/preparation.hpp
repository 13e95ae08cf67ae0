#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/model/layout.hpp>
#include <tweed/model/program_options.hpp>

#include <memory>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// What the layers of a model made of their parameters alone, one block of memory.
template <class T>
class Preparation {
 public:
  /// See `PreparedModel`.
  Preparation(const NetworkView<T>& network, const Layout& layout, std::span<const T> weights,
              const ProgramOptions& options);

  Index bytes() const { return block_.size(); }
  /// What the layer that runs a node of the folded network made ready.
  const Prepared& stage(int node) const { return stages_[static_cast<std::size_t>(node)]; }

 private:
  Buffer<std::byte> block_;
  std::vector<Prepared> stages_;
};

/// A preparation that copies of a model share.
template <class T>
std::shared_ptr<const Preparation<T>> make_preparation(const NetworkView<T>& network,
                                                       const Layout& layout,
                                                       std::span<const T> weights,
                                                       const ProgramOptions& options);

}  // namespace TWEED_NAMESPACE::detail
