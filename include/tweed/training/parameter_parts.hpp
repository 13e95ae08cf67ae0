#pragma once

#include <tweed/graph/graph.hpp>
#include <tweed/model/layout.hpp>
#include <tweed/optim/parameter_group.hpp>
#include <tweed/training/parameter_parts_data.hpp>

#include <memory>

#ifndef TWEED_COMPILED
#include <tweed/training/make_parts.hpp>
#endif

namespace TWEED_NAMESPACE::detail {

/// The parts of a network's parameters. Throws Error, in the name of `who`, where a group means no
/// parameter or says nothing, and where all are frozen. A program that links tweed::compiled finds
/// it there.
#ifdef TWEED_COMPILED
std::shared_ptr<const ParameterParts> parts_of(const char* who, const Layout& layout,
                                               const GraphView& graph,
                                               const ParameterGroups& groups);
#else
inline std::shared_ptr<const ParameterParts> parts_of(const char* who, const Layout& layout,
                                                      const GraphView& graph,
                                                      const ParameterGroups& groups) {
  return make_parts(who, layout, graph, groups);
}
#endif

}  // namespace TWEED_NAMESPACE::detail
