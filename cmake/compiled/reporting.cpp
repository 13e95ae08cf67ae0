// What in <tweed/reporting/> knows no types of networks, in tweed::compiled: programs that link it
// only read the declarations.

#include <tweed/reporting/run_record_functions.hpp>
#include <tweed/reporting/test_collector_functions.hpp>
