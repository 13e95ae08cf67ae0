# `cmake --install`: the headers, and a package for find_package(tweed COMPONENTS data io onnx images reporting compiled)
# that works wherever the installed folder is moved to.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/tweed)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tweed DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS tweed tweed_native EXPORT tweed INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tweed FILE tweedTargets.cmake NAMESPACE tweed:: DESTINATION ${package_folder})
set_target_properties(tweed_native PROPERTIES EXPORT_NAME native)

set(components data io onnx images reporting)
if(TWEED_INSTALL_COMPILED)
  list(APPEND components compiled)
  set_target_properties(tweed_compiled PROPERTIES EXCLUDE_FROM_ALL OFF)
endif()
foreach(component IN LISTS components)
  if(TARGET tweed_${component})
    set_target_properties(tweed_${component} PROPERTIES EXPORT_NAME ${component})
    install(TARGETS tweed_${component} EXPORT tweed_${component})
    install(
      EXPORT tweed_${component}
      FILE tweed_${component}Targets.cmake
      NAMESPACE tweed::
      DESTINATION ${package_folder})
  endif()
endforeach()

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/tweedConfig.cmake.in ${PROJECT_BINARY_DIR}/tweedConfig.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/tweedConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/tweedConfig.cmake ${PROJECT_BINARY_DIR}/tweedConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindProtozero.cmake
        DESTINATION ${package_folder})

include(${CMAKE_CURRENT_LIST_DIR}/pkgconfig.cmake)
