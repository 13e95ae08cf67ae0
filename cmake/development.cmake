# tweed_development: how tweed's own programs are compiled. Link it PRIVATE.

set(CMAKE_CXX_EXTENSIONS OFF)

add_library(tweed_development INTERFACE)

if(MSVC)
  target_compile_options(
    tweed_development INTERFACE /W4 /permissive- $<$<BOOL:${TWEED_WARNINGS_AS_ERRORS}>:/WX>)
else()
  target_compile_options(
    tweed_development INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                $<$<BOOL:${TWEED_WARNINGS_AS_ERRORS}>:-Werror>)
endif()

if(TWEED_NATIVE)
  target_link_libraries(tweed_development INTERFACE tweed::native)
endif()

if(TWEED_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_compile_options(tweed_development INTERFACE ${sanitizers} -fno-omit-frame-pointer)
  target_link_options(tweed_development INTERFACE ${sanitizers})
endif()

if(TWEED_COVERAGE)
  target_compile_options(tweed_development INTERFACE --coverage)
  target_link_options(tweed_development INTERFACE --coverage)
endif()

target_link_libraries(tweed_compiled PRIVATE $<BUILD_INTERFACE:tweed_development>)
if(NOT TWEED_SEVERAL_INSTRUCTION_SETS) # whose flags say which one
  target_link_libraries(tweed_compiled_kernels_one PRIVATE tweed_development)
endif()

# tweed_remove_unbuildable(LIST) takes out of LIST the files that need an optional library,
# themselves or through what they include, where that library is missing.
function(tweed_remove_unbuildable list)
  set(missing "")
  if(NOT TARGET tweed::data)
    list(APPEND missing zlib.h)
  endif()
  if(NOT TARGET tweed::io)
    list(APPEND missing nlohmann/json.hpp)
  endif()
  if(NOT TARGET tweed::onnx)
    list(APPEND missing protozero/pbf_writer.hpp)
  endif()
  if(NOT TARGET tweed::images)
    list(APPEND missing png.h)
  endif()
  find_path(STB_INCLUDE stb/stb_easy_font.h)
  if(NOT STB_INCLUDE)
    list(APPEND missing stb/stb_easy_font.h)
  endif()
  foreach(file IN LISTS ${list})
    tweed_all_includes(${file} includes)
    foreach(header IN LISTS missing)
      if(header IN_LIST includes)
        message(STATUS "tweed: ${file} is left out, it needs <${header}>")
        list(REMOVE_ITEM ${list} ${file})
      endif()
    endforeach()
  endforeach()
  set(${list} ${${list}} PARENT_SCOPE)
endfunction()

# tweed_all_includes(FILE RESULT): what FILE includes, itself or through headers of this project.
# Each file is read once, however many include it.
function(tweed_all_includes file result)
  set(memory "tweed includes of ${file}")
  get_property(is_known GLOBAL PROPERTY ${memory} SET)
  if(NOT is_known)
    set(includes "")
    file(STRINGS ${file} lines REGEX "^#include [<\"]")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include [<\"]([^>\"]*).*" "\\1" header "${line}")
      list(APPEND includes ${header})
      foreach(folder include tests)
        if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/${header})
          tweed_all_includes(${PROJECT_SOURCE_DIR}/${folder}/${header} further)
          list(APPEND includes ${further})
        endif()
      endforeach()
    endforeach()
    list(REMOVE_DUPLICATES includes)
    set_property(GLOBAL PROPERTY ${memory} "${includes}")
  endif()
  get_property(includes GLOBAL PROPERTY ${memory})
  set(${result} ${includes} PARENT_SCOPE)
endfunction()
