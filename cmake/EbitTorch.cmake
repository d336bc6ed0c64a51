# libtorch, and one precompiled header of it shared by every target that uses it.
#
# torch's own flags stay off our torch-free layers: only targets given to ebit_use_torch() see them. A file that
# includes <torch/torch.h> takes about half the time with the header precompiled; the other half is templates that
# the compiler instantiates in every file anew, so keep such files few.
find_package(Torch REQUIRED)

# PyPI's torch brings its own headers of fmt, of another version than the fmt that is linked: ours must be found first.
set(EBIT_FMT_FIRST "")
list(GET TORCH_INCLUDE_DIRS 0 EBIT_TORCH_INCLUDE_DIR)
find_path(EBIT_FMT_INCLUDE_DIR fmt/format.h PATHS /usr/include /usr/local/include NO_DEFAULT_PATH REQUIRED)
if(EXISTS "${EBIT_TORCH_INCLUDE_DIR}/fmt" AND NOT EBIT_TORCH_INCLUDE_DIR STREQUAL EBIT_FMT_INCLUDE_DIR)
  set(EBIT_FMT_FIRST "${PROJECT_BINARY_DIR}/fmt_first")
  file(MAKE_DIRECTORY "${EBIT_FMT_FIRST}")
  file(CREATE_LINK "${EBIT_FMT_INCLUDE_DIR}/fmt" "${EBIT_FMT_FIRST}/fmt" SYMBOLIC)
endif()

add_library(ebit_torch_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/torch_pch.cc")
target_link_libraries(ebit_torch_pch PUBLIC ebit_flags ${TORCH_LIBRARIES})
target_include_directories(ebit_torch_pch BEFORE PUBLIC ${EBIT_FMT_FIRST})
target_include_directories(ebit_torch_pch SYSTEM PUBLIC ${TORCH_INCLUDE_DIRS})
target_precompile_headers(ebit_torch_pch PRIVATE <torch/torch.h>)

# Whether `file`, a path below the project's root, includes libtorch, itself or through headers of ours. As it is when
# CMake runs: an include added later costs time, nothing else.
function(ebit_includes_torch file result)
  get_property(known GLOBAL PROPERTY "EBIT_INCLUDES_TORCH_${file}" SET)
  if(NOT known)
    set_property(GLOBAL PROPERTY "EBIT_INCLUDES_TORCH_${file}" FALSE)  # ends circles
    file(STRINGS "${PROJECT_SOURCE_DIR}/${file}" includes REGEX "^ *# *include ")
    foreach(include IN LISTS includes)
      set(found FALSE)
      if(include MATCHES "<(torch|ATen|c10)/")
        set(found TRUE)
      elseif(include MATCHES "\"(ebit/[^\"]+)\"" AND EXISTS "${PROJECT_SOURCE_DIR}/${CMAKE_MATCH_1}")
        ebit_includes_torch("${CMAKE_MATCH_1}" found)
      endif()
      if(found)
        set_property(GLOBAL PROPERTY "EBIT_INCLUDES_TORCH_${file}" TRUE)
        break()
      endif()
    endforeach()
  endif()
  get_property(found GLOBAL PROPERTY "EBIT_INCLUDES_TORCH_${file}")
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# The target links libtorch; those of its files that include it take the precompiled header, with which a file without it
# would take seconds for nothing.
function(ebit_use_torch target)
  target_link_libraries(${target} PUBLIC ${TORCH_LIBRARIES})
  target_include_directories(${target} BEFORE PUBLIC "$<BUILD_INTERFACE:${EBIT_FMT_FIRST}>")
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${TORCH_INCLUDE_DIRS}>")
  target_precompile_headers(${target} REUSE_FROM ebit_torch_pch)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(path "${source}" ABSOLUTE)
    file(RELATIVE_PATH file "${PROJECT_SOURCE_DIR}" "${path}")
    if(file MATCHES "\\.cc$")
      ebit_includes_torch("${file}" found)
      if(NOT found)
        set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
      endif()
    endif()
  endforeach()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    # gcc refuses a precompiled header made with another kind of position-independent code: -fPIC, not -fPIE.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
endfunction()
