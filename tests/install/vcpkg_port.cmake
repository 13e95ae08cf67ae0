# cmake -DREPOSITORY=… -DWORK=… -DCOMPILER=… -DGENERATOR=… -P vcpkg_port.cmake
#
# Runs the port with stand-ins for what vcpkg gives it, with one feature on, and looks at what it
# packages.
cmake_minimum_required(VERSION 3.21)
set(FEATURES core data)
set(CURRENT_PACKAGES_DIR ${WORK}/package)
file(REMOVE_RECURSE ${WORK})

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${WORK}/build -G ${GENERATOR}
            -DCMAKE_CXX_COMPILER=${COMPILER}
            ${arg_OPTIONS} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_install)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${WORK}/build --prefix ${CURRENT_PACKAGES_DIR}
                          COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
  file(RENAME ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH} ${CURRENT_PACKAGES_DIR}/share/tweed)
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
  file(COPY ${arg_FILE_LIST} DESTINATION ${CURRENT_PACKAGES_DIR}/share/tweed)
endfunction()

set(port ${REPOSITORY}/packaging/vcpkg/tweed)
include(${port}/portfile.cmake)

foreach(file include/tweed/tweed.hpp share/tweed/tweedConfig.cmake share/tweed/LICENSE
             share/tweed/tweed_dataTargets.cmake share/pkgconfig/tweed-data.pc)
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${file})
    message(FATAL_ERROR "the port does not package ${file}")
  endif()
endforeach()
if(EXISTS ${CURRENT_PACKAGES_DIR}/share/tweed/tweed_ioTargets.cmake)
  message(FATAL_ERROR "the port packages a feature that is off")
endif()

file(STRINGS ${REPOSITORY}/include/tweed/core/version.hpp version REGEX "version = ")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" version "${version}")
file(READ ${port}/vcpkg.json manifest)
string(JSON stated GET "${manifest}" version-semver)
if(NOT stated STREQUAL version)
  message(FATAL_ERROR "vcpkg.json has the version ${stated}, tweed ${version}")
endif()
