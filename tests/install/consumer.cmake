# The same for every way: tweed brings its targets, and nothing else into the project.

add_executable(consumer ${CMAKE_CURRENT_LIST_DIR}/consumer.cpp)
target_link_libraries(
  consumer PRIVATE tweed::tweed tweed::native $<TARGET_NAME_IF_EXISTS:tweed::data>
                   $<TARGET_NAME_IF_EXISTS:tweed::io>
                   $<TARGET_NAME_IF_EXISTS:tweed::onnx>
                   $<TARGET_NAME_IF_EXISTS:tweed::images>
                   $<TARGET_NAME_IF_EXISTS:tweed::reporting>)
target_compile_definitions(consumer PRIVATE EXPECT_OPENMP=$<BOOL:${EXPECT_OPENMP}>)

foreach(target tweed_development tweed_tests fashion_mnist)
  if(TARGET ${target})
    message(FATAL_ERROR "tweed adds the target ${target} to a project that only uses it")
  endif()
endforeach()
get_directory_property(options COMPILE_OPTIONS)
if(options)
  message(FATAL_ERROR "tweed sets compile options for the whole project: ${options}")
endif()
