// What builds and runs networks in tweed::compiled, for float and double: what the headers of
// <tweed/model/> only declare for programs that link it.

#include <tweed/model/any_network.hpp>
#include <tweed/model/executor_functions.hpp>
#include <tweed/model/preparation_functions.hpp>
#include <tweed/model/program.hpp>
#include <tweed/model/summary_table.hpp>
#include <tweed/model/view_mean_functions.hpp>
#include <tweed/training/make_parts.hpp>

namespace TWEED_NAMESPACE::detail {

template class Executor<float>;
template class Executor<double>;

template class ViewMean<float>;
template class ViewMean<double>;

template std::shared_ptr<ViewMean<float>> make_view_mean(const TestTimeViews&, const GraphView&,
                                                         Index, int);
template std::shared_ptr<ViewMean<double>> make_view_mean(const TestTimeViews&, const GraphView&,
                                                          Index, int);

template std::shared_ptr<const Layout> make_layout(const NetworkView<float>&);
template std::shared_ptr<const Layout> make_layout(const NetworkView<double>&);

template std::shared_ptr<const Preparation<float>> make_preparation(const NetworkView<float>&,
                                                                    const Layout&,
                                                                    std::span<const float>,
                                                                    const ProgramOptions&);
template std::shared_ptr<const Preparation<double>> make_preparation(const NetworkView<double>&,
                                                                     const Layout&,
                                                                     std::span<const double>,
                                                                     const ProgramOptions&);

template void initialize_all(const Layout&, std::span<float>, std::uint64_t);
template void initialize_all(const Layout&, std::span<double>, std::uint64_t);

template Index program_bytes(const NetworkView<float>&, const ProgramOptions&);
template Index program_bytes(const NetworkView<double>&, const ProgramOptions&);

template std::string summary_of(const NetworkText&, const NetworkView<float>&, bool, Index, int);
template std::string summary_of(const NetworkText&, const NetworkView<double>&, bool, Index, int);

std::shared_ptr<const ParameterParts> parts_of(const char* who, const Layout& layout,
                                               const GraphView& graph,
                                               const ParameterGroups& groups) {
  return make_parts(who, layout, graph, groups);
}

std::shared_ptr<const ParameterGroup[]> copies_of(std::span<const ParameterGroup> groups) {
  return make_copies(groups);
}

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE {

template class AnyNetworkOf<float>;
template class AnyNetworkOf<double>;

}  // namespace TWEED_NAMESPACE
