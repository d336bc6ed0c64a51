# Installs the build BUILD of SOURCE into a prefix below WORK, moves that away (an installation must not know where it
# was made), and builds and runs examples/ against it as another project would: with find_package(ebit) alone.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${output}")
  endif()
  message("${output}")
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/first")
file(RENAME "${WORK}/first" "${WORK}/prefix")

file(GLOB exports "${WORK}/prefix/lib*/cmake/ebit/*.cmake" "${WORK}/prefix/lib/*/cmake/ebit/*.cmake")
if(NOT exports)
  message(FATAL_ERROR "no CMake package was installed")
endif()
foreach(export IN LISTS exports)
  file(STRINGS "${export}" lines)
  foreach(folder IN ITEMS "${BUILD}" "${SOURCE}" "${WORK}")
    if(lines MATCHES "${folder}[/;\"]")
      message(FATAL_ERROR "${export} names the folder ${folder} of the machine that built it")
    endif()
  endforeach()
endforeach()

run("${WORK}/prefix/bin/ebit" version)
if(TORCH)
  run("${WORK}/prefix/bin/ebit" help-all)
endif()

set(launcher "")
if(CCACHE)
  set(launcher "-DCMAKE_CXX_COMPILER_LAUNCHER=${CCACHE}")
endif()
run("${CMAKE_COMMAND}" -S "${SOURCE}/examples" -B "${WORK}/examples" -G Ninja
  "-DCMAKE_PREFIX_PATH=${WORK}/prefix" -DCMAKE_BUILD_TYPE=Release ${launcher})
run("${CMAKE_COMMAND}" --build "${WORK}/examples")
run("${CMAKE_CTEST_COMMAND}" --test-dir "${WORK}/examples" --output-on-failure --no-tests=error)

# What is not there must be refused, with a name.
file(WRITE "${WORK}/missing/CMakeLists.txt"
  "cmake_minimum_required(VERSION 3.24)\nproject(missing LANGUAGES CXX)\nfind_package(ebit REQUIRED COMPONENTS nowhere)\n")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${WORK}/missing" -B "${WORK}/missing/build"
  "-DCMAKE_PREFIX_PATH=${WORK}/prefix" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0 OR NOT output MATCHES "without its layer[ \n]*'nowhere'")
  message(FATAL_ERROR "a layer that is not installed was not refused by name:\n${output}")
endif()
