# cmake -DCOMPILER=… -DSOURCE=… -DINCLUDES=… -P compile.cmake
# Compiles SOURCE and compares the outcome with its `// expect: ` lines.

file(STRINGS ${SOURCE} expected REGEX "^// expect: ")
list(TRANSFORM expected REPLACE "^// expect: " "")
list(TRANSFORM INCLUDES PREPEND -I)

execute_process(
  COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${INCLUDES} ${SOURCE}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
message("${output}")

get_filename_component(name ${SOURCE} NAME)
if(name STREQUAL control.cpp)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${name} must compile")
  endif()
  return()
endif()

if(NOT expected)
  message(FATAL_ERROR "${name} has no line `// expect: TEXT`")
endif()
if(status EQUAL 0)
  message(FATAL_ERROR "${name} compiles, and must not")
endif()
foreach(text IN LISTS expected)
  string(FIND "${output}" "${text}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "${name}: the compiler does not say: ${text}")
  endif()
endforeach()
