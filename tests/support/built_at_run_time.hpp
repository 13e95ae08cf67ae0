#pragma once

#include <tweed/model/any_network.hpp>

namespace tests {

/// Whether dropouts drop as the network says, or nothing: another library drops other numbers.
enum class Dropouts { as_stated, off };

/// A network put together at run time, layer by layer, from what another one states of its layers.
/// For float and double.
template <class T>
tweed::AnyNetworkOf<T> built_at_run_time(const tweed::NetworkText& text,
                                         Dropouts dropouts = Dropouts::as_stated);

extern template tweed::AnyNetworkOf<float> built_at_run_time(const tweed::NetworkText&, Dropouts);
extern template tweed::AnyNetworkOf<double> built_at_run_time(const tweed::NetworkText&, Dropouts);

}  // namespace tests
