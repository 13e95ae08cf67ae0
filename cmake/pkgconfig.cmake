# Files for pkg-config: tweed, and a tweed-NAME for each component. They find themselves wherever the
# installed folder is moved to.

# tweed_pkgconfig(NAME DESCRIPTION REQUIRES [FLAGS]) installs NAME.pc.
function(tweed_pkgconfig name description requires)
  set(file ${PROJECT_BINARY_DIR}/${name}.pc)
  file(
    CONFIGURE
    OUTPUT ${file}
    CONTENT
      "prefix=\${pcfiledir}/../..
includedir=\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}

Name: ${name}
Description: ${description}
Version: ${PROJECT_VERSION}
Requires: ${requires}
Cflags: -I\${includedir} ${ARGN}
Libs: ${ARGN}
"
    @ONLY)
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
endfunction()

set(threads "")
if(TWEED_WITH_OPENMP)
  set(threads -fopenmp)
endif()
tweed_pkgconfig(tweed "${PROJECT_DESCRIPTION}" "eigen3 >= 3.4" ${threads})
if(TARGET tweed_data)
  tweed_pkgconfig(tweed-data "tweed's data sets" "tweed, zlib")
endif()
if(TARGET tweed_io)
  tweed_pkgconfig(tweed-io "tweed's model files" "tweed, nlohmann_json, zlib")
endif()
if(TARGET tweed_images)
  tweed_pkgconfig(tweed-images "tweed's PNG and JPEG files" "tweed, libpng, libjpeg")
endif()
if(TARGET tweed_reporting) # protozero has no file of its own
  tweed_pkgconfig(tweed-reporting "tweed's run folders and reports" "tweed, nlohmann_json, zlib, libpng")
endif()
if(TARGET tweed_onnx)
  tweed_pkgconfig(tweed-onnx "tweed's ONNX export" "tweed") # protozero has no file of its own
endif()
