# The consumer with the kernels prebuilt.
add_executable(compiled_consumer ${CMAKE_CURRENT_LIST_DIR}/consumer.cpp)
target_link_libraries(compiled_consumer PRIVATE tweed::compiled)
target_compile_definitions(compiled_consumer PRIVATE EXPECT_OPENMP=$<BOOL:${EXPECT_OPENMP}>)
add_custom_command(TARGET compiled_consumer POST_BUILD COMMAND compiled_consumer)
