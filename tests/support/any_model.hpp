#pragma once

#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>

namespace tests {

/// A model of the network that a type describes, built at run time.
template <class Net, class T>
tweed::Model<tweed::AnyNetworkOf<T>, T> any_model() {
  return tweed::Model<tweed::AnyNetworkOf<T>, T>(tweed::any_network<Net, T>());
}

}  // namespace tests
