# An overlay port: it installs the clone that it lies in.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

# A component is there if its library is; a feature that is off must not find the library by chance.
# zlib, which is no burden, may be found,
# and so may what reporting brings.
set(options "")
foreach(pair io:nlohmann_json images:PNG onnx:Protozero)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 feature)
  list(GET pair 1 package)
  if(NOT feature IN_LIST FEATURES AND NOT reporting IN_LIST FEATURES)
    list(APPEND options -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
  endif()
endforeach()

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DTWEED_BUILD_TESTS=OFF -DTWEED_BUILD_EXAMPLES=OFF -DTWEED_BUILD_BENCHMARKS=OFF
          -DTWEED_BUILD_DOCS=OFF ${options})
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/tweed)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug") # headers alone
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
