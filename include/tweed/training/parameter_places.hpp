#pragma once

#include <tweed/model/model.hpp>
#include <tweed/training/parameter_parts.hpp>

#include <vector>

namespace TWEED_NAMESPACE {

/// The tensors that are trained, as optimisers such as Muon see them in `make_state`: for a loop by
/// hand, a Trainer does it itself.
///
///     auto state = Muon{}.make_state<float>(std::ssize(model.parameters()),
///                                           parameter_places(model));
template <class Net, class T>
std::vector<ParameterPlace> parameter_places(const Model<Net, T>& model) {
  return detail::parts_of("parameter_places", model.layout(), model.graph(), {})->places;
}

}  // namespace TWEED_NAMESPACE
