# What a project links: tweed::tweed or tweed::compiled, and where wanted tweed::native, tweed::data,
# tweed::io, tweed::onnx, tweed::images and tweed::reporting.

if(NOT TARGET Eigen3::Eigen)
  find_package(Eigen3 REQUIRED CONFIG)
  if(Eigen3_VERSION VERSION_LESS 3.4)
    message(FATAL_ERROR "tweed needs Eigen 3.4 or newer, found ${Eigen3_VERSION} in ${Eigen3_DIR}")
  endif()
endif()

add_library(tweed INTERFACE)
add_library(tweed::tweed ALIAS tweed)
target_compile_features(tweed INTERFACE cxx_std_20)
target_include_directories(
  tweed INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                  $<INSTALL_INTERFACE:include>)
target_link_libraries(tweed INTERFACE Eigen3::Eigen)

set(TWEED_WITH_OPENMP OFF)
if(TWEED_OPENMP)
  find_package(OpenMP COMPONENTS CXX)
  if(OpenMP_CXX_FOUND)
    set(TWEED_WITH_OPENMP ON)
    # An installed tweed also serves compilers that have no OpenMP.
    target_link_libraries(
      tweed INTERFACE $<BUILD_INTERFACE:OpenMP::OpenMP_CXX>
                      $<INSTALL_INTERFACE:$<TARGET_NAME_IF_EXISTS:OpenMP::OpenMP_CXX>>)
  else()
    message(STATUS "tweed: one thread only, ${CMAKE_CXX_COMPILER_ID} was found without OpenMP")
  endif()
endif()

# The instruction set of the machine that compiles: the program may not run on another one.
add_library(tweed_native INTERFACE)
add_library(tweed::native ALIAS tweed_native)
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-march=native TWEED_HAS_MARCH_NATIVE)
if(TWEED_HAS_MARCH_NATIVE)
  target_compile_options(tweed_native INTERFACE -march=native)
else()
  check_cxx_compiler_flag(-mcpu=native TWEED_HAS_MCPU_NATIVE)
  target_compile_options(tweed_native INTERFACE $<$<BOOL:${TWEED_HAS_MCPU_NATIVE}>:-mcpu=native>)
endif()
# GCC keeps the stack of Windows at 16 bytes, whatever it puts there: wider vectors may lie anywhere
# (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=54412).
if(MINGW AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  check_cxx_compiler_flag(-Wa,-muse-unaligned-vector-move TWEED_HAS_UNALIGNED_VECTOR_MOVE)
  if(TWEED_HAS_UNALIGNED_VECTOR_MOVE)
    target_compile_options(tweed_native INTERFACE -Wa,-muse-unaligned-vector-move)
  endif()
endif()

list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}) # FindProtozero

# tweed_component(NAME PURPOSE PACKAGE LIBRARY...) adds tweed::NAME where each LIBRARY of the PACKAGE
# before it is found.
function(tweed_component name purpose)
  set(needs ${ARGN})
  set(libraries "")
  while(needs)
    list(POP_FRONT needs package library)
    if(NOT TARGET ${library})
      find_package(${package} QUIET)
    endif()
    if(NOT TARGET ${library})
      message(STATUS "tweed: no tweed::${name}, ${package} was not found (it is for ${purpose})")
      return()
    endif()
    list(APPEND libraries ${library})
  endwhile()
  add_library(tweed_${name} INTERFACE)
  add_library(tweed::${name} ALIAS tweed_${name})
  target_link_libraries(tweed_${name} INTERFACE tweed ${libraries})
endfunction()

tweed_component(data "reading .gz files" ZLIB ZLIB::ZLIB)
tweed_component(
  io "model files and checkpoints" nlohmann_json nlohmann_json::nlohmann_json ZLIB ZLIB::ZLIB)
tweed_component(images "reading PNG and JPEG" PNG PNG::PNG JPEG JPEG::JPEG)
tweed_component(onnx "writing ONNX files" Protozero protozero::protozero)
tweed_component(
  reporting "run folders and reports" nlohmann_json nlohmann_json::nlohmann_json ZLIB ZLIB::ZLIB
  PNG PNG::PNG Protozero protozero::protozero)

include(${CMAKE_CURRENT_LIST_DIR}/compiled/compiled.cmake)
