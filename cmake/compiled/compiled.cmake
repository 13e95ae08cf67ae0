# tweed::compiled: the same library with its kernels compiled already, once, always optimised. Programs that
# link it are compiled in a few seconds.

# Whether the library can have its kernels for several instruction sets: each time they are compiled, all but
# their entry becomes local to the object, so that the linker never takes a function for another processor.
set(TWEED_CAN_HAVE_SEVERAL_INSTRUCTION_SETS OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND UNIX AND NOT APPLE AND CMAKE_OBJCOPY)
  check_cxx_compiler_flag(-march=x86-64-v4 TWEED_HAS_MARCH_X86_64_V4)
  execute_process(COMMAND ${CMAKE_LINKER} --help OUTPUT_VARIABLE linker_help ERROR_QUIET)
  if(TWEED_HAS_MARCH_X86_64_V4 AND linker_help MATCHES "--force-group-allocation")
    set(TWEED_CAN_HAVE_SEVERAL_INSTRUCTION_SETS ON)
  endif()
endif()
set(several_by_default ${TWEED_CAN_HAVE_SEVERAL_INSTRUCTION_SETS})
if(TWEED_NATIVE OR TWEED_SANITIZE OR TWEED_COVERAGE)
  set(several_by_default OFF)
endif()
option(TWEED_SEVERAL_INSTRUCTION_SETS
       "Have tweed::compiled choose among x86-64, x86-64-v3 and x86-64-v4 while a program runs"
       ${several_by_default})

# tweed_compile_prebuilt(TARGET): how all of the library is compiled.
function(tweed_compile_prebuilt target)
  target_link_libraries(${target} PUBLIC tweed)
  target_compile_definitions(${target} PUBLIC TWEED_COMPILED)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON) # for shared libraries
  if(NOT MSVC AND NOT TWEED_SANITIZE)
    target_compile_options(${target} PRIVATE -O3)
  endif()
endfunction()

# tweed_add_kernels(LIBRARY LEVEL): the kernels for -march=LEVEL, or for the flags that there are if LEVEL
# is "one".
function(tweed_add_kernels library level)
  string(REPLACE "-" "_" identifier kernels_${level})
  set(kernels ${library}_${identifier})
  add_library(${kernels} OBJECT EXCLUDE_FROM_ALL ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/kernels.cpp)
  tweed_compile_prebuilt(${kernels})
  target_compile_definitions(${kernels} PRIVATE TWEED_KERNELS=${identifier})
  if(level STREQUAL one)
    target_sources(${library} PRIVATE $<TARGET_OBJECTS:${kernels}>)
    return()
  endif()
  # Link-time optimisation would look for functions that are local by then.
  target_compile_options(
    ${kernels} PRIVATE -march=${level} -fno-lto $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${kernels}.o)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o ${object} $<TARGET_OBJECTS:${kernels}>
    COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=*kernels*8prebuilt*"
            "--keep-global-symbol=*${identifier}E" ${object}
    DEPENDS ${kernels} $<TARGET_OBJECTS:${kernels}>
    COMMAND_EXPAND_LISTS VERBATIM)
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  target_sources(${library} PRIVATE ${object})
endfunction()

# tweed_add_reporting(LIBRARY): what belongs to tweed::reporting, where that is.
function(tweed_add_reporting library)
  if(NOT TARGET tweed_reporting)
    return()
  endif()
  target_sources(${library} PRIVATE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/reporting.cpp)
  target_link_libraries(${library} PRIVATE $<BUILD_INTERFACE:tweed_reporting>)
  # Whoever links it links these behind it, where the project has found them.
  target_link_libraries(
    ${library} INTERFACE $<INSTALL_INTERFACE:$<TARGET_NAME_IF_EXISTS:PNG::PNG>>
                         $<INSTALL_INTERFACE:$<TARGET_NAME_IF_EXISTS:ZLIB::ZLIB>>)
endfunction()

# tweed_add_compiled(LIBRARY SEVERAL): a library like tweed::compiled, without JSON and reporting.
function(tweed_add_compiled library several)
  set(folder ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  add_library(${library} STATIC EXCLUDE_FROM_ALL
              ${folder}/choose.cpp ${folder}/graph.cpp ${folder}/losses.cpp ${folder}/team.cpp)
  tweed_compile_prebuilt(${library})
  if(NOT several)
    tweed_add_kernels(${library} one)
    return()
  endif()
  target_compile_definitions(${library} PRIVATE TWEED_SEVERAL_INSTRUCTION_SETS)
  foreach(level x86-64 x86-64-v3 x86-64-v4)
    tweed_add_kernels(${library} ${level})
  endforeach()
endfunction()

# tweed_add_json(LIBRARY): and the JSON, where its library is, as for tweed::io.
function(tweed_add_json library)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    find_package(nlohmann_json QUIET)
  endif()
  if(TARGET nlohmann_json::nlohmann_json)
    set(source ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/json.cpp)
    target_sources(${library} PRIVATE ${source})
    if(NOT MSVC) # it computes nothing, and takes longest to optimise
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -O1)
    endif()
    target_link_libraries(${library} PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
  endif()
endfunction()

if(TWEED_SEVERAL_INSTRUCTION_SETS AND NOT TWEED_CAN_HAVE_SEVERAL_INSTRUCTION_SETS)
  message(FATAL_ERROR "tweed: TWEED_SEVERAL_INSTRUCTION_SETS needs x86-64, Linux or BSD, GCC 11 or clang 12, "
                      "and GNU's ld and objcopy; turn it off")
endif()
tweed_add_compiled(tweed_compiled ${TWEED_SEVERAL_INSTRUCTION_SETS})
tweed_add_json(tweed_compiled)
tweed_add_reporting(tweed_compiled)
add_library(tweed::compiled ALIAS tweed_compiled)
if(TWEED_NATIVE AND NOT TWEED_SEVERAL_INSTRUCTION_SETS)
  target_link_libraries(tweed_compiled_kernels_one PRIVATE tweed_native)
endif()
