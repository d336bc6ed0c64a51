# What makes a build from nothing quick.
#
# Precompiled headers: what most files include, read once for each set of flags. It is half of the compiler's time on a
# file of the upper layers.
#
# Files say what they include all the same: EBIT_PRECOMPILED=OFF builds without, as a test of that.
option(EBIT_PRECOMPILED "Read the headers of most files once, not once a file" ON)

set(EBIT_COMMON_HEADERS
  <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <limits> <map> <memory> <mutex> <numbers> <numeric>
  <optional> <set> <span> <string> <string_view> <utility> <variant> <vector> <fmt/format.h> <fmt/ranges.h>)

# Eight files as one for the compiler: what they include and instantiate alike is done once. A build from nothing takes a
# third less of the processor; one changed file takes longer, so it is on in the presets, and off by default.
option(EBIT_TOGETHER "Compile the files of a layer and its tests eight at a time" OFF)

# ebit_together(TARGET [FILE ...]): the files of TARGET, but for these, are compiled eight at a time.
function(ebit_together target)
  if(EBIT_TOGETHER AND ARGN)
    set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  if(EBIT_TOGETHER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# ebit_precompiled(TARGET KIND): TARGET reads the headers of KIND precompiled. Targets of one KIND have the same flags:
# "plain", "light" (ebit_light), "test". The first of them makes the header file, the others use it.
function(ebit_precompiled target kind)
  if(kind STREQUAL "test")
    ebit_light(${target})
  endif()
  if(NOT EBIT_PRECOMPILED)
    return()
  endif()
  if(TARGET ebit_headers_${kind})
    target_precompile_headers(${target} REUSE_FROM ebit_headers_${kind})
    return()
  endif()
  set(source "${PROJECT_BINARY_DIR}/headers_${kind}.cc")
  file(GENERATE OUTPUT "${source}" CONTENT "// What is precompiled is said in cmake/EbitPrecompiled.cmake.\n")
  add_library(ebit_headers_${kind} OBJECT "${source}")
  target_link_libraries(ebit_headers_${kind} PRIVATE ebit_flags fmt::fmt)
  set(headers ${EBIT_COMMON_HEADERS})
  if(kind STREQUAL "light")
    ebit_light(ebit_headers_light)
    target_link_libraries(ebit_headers_light PRIVATE nlohmann_json::nlohmann_json)
    list(APPEND headers <nlohmann/json.hpp>)
  elseif(kind STREQUAL "test")
    target_link_libraries(ebit_headers_test PRIVATE GTest::gtest GTest::gmock)
    list(APPEND headers <gtest/gtest.h> <gmock/gmock.h>)
    ebit_light(ebit_headers_test)
    # As CMake compiles the files of programs.
    set_target_properties(ebit_headers_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(ebit_headers_test PRIVATE -fPIE)
  endif()
  target_precompile_headers(ebit_headers_${kind} PRIVATE ${headers})
  target_precompile_headers(${target} REUSE_FROM ebit_headers_${kind})
endfunction()

# Files of the target read, choose and print, and compute little: -O1 is enough for them and compiles faster.
function(ebit_light target)
  target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:-O1>")
endfunction()
