# cmake -DCOMPILER=… -DSOURCE=… -DINCLUDES=… -DPRECOMPILED=FOLDER -P compile.cmake
# Compiles SOURCE with its `// options: ` and compares the outcome with its `// expect: ` lines, the
# number of errors with that in its line `// errors: `, and the number of lines with that in its line
# `// most-lines: `, where it has them.

foreach(word options expect errors most-lines)
  file(STRINGS ${SOURCE} ${word} REGEX "^// ${word}: ")
  list(TRANSFORM ${word} REPLACE "^// ${word}: " "")
endforeach()
if(PRECOMPILED AND NOT options) # which it must have been compiled with
  list(PREPEND INCLUDES ${PRECOMPILED})
endif()
list(TRANSFORM INCLUDES PREPEND -I)

# As a program that links tweed::compiled, which takes half the time.
execute_process(
  COMMAND ${COMPILER} -std=c++20 -DTWEED_COMPILED ${options} -fsyntax-only ${INCLUDES} ${SOURCE}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
message("${output}")

get_filename_component(name ${SOURCE} NAME)
if(name MATCHES "^control")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${name} must compile")
  endif()
  return()
endif()

if(NOT expect)
  message(FATAL_ERROR "${name} has no line `// expect: TEXT`")
endif()
if(status EQUAL 0)
  message(FATAL_ERROR "${name} compiles, and must not")
endif()
foreach(text IN LISTS expect)
  string(FIND "${output}" "${text}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "${name}: the compiler does not say: ${text}")
  endif()
endforeach()
if(errors)
  string(REGEX MATCHALL "error: " found "${output}")
  list(LENGTH found count)
  if(NOT count EQUAL errors)
    message(FATAL_ERROR "${name}: expected ${errors} errors, found ${count}")
  endif()
endif()
if(most-lines)
  string(REGEX MATCHALL "\n" found "${output}")
  list(LENGTH found count)
  if(count GREATER most-lines)
    message(FATAL_ERROR "${name}: expected at most ${most-lines} lines, found ${count}")
  endif()
endif()
