# Build type, compiler cache and the one interface library that carries the compile flags.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(EBIT_CCACHE ccache)
if(EBIT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need the first to be cacheable; the other two let one clone use what another compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      ${EBIT_CCACHE})
endif()

add_library(ebit_flags INTERFACE)
set_target_properties(ebit_flags PROPERTIES EXPORT_NAME flags)
target_compile_features(ebit_flags INTERFACE cxx_std_20)
# Of -Wrestrict, -Wstringop-overflow and -Warray-bounds gcc 12 gives false ones, of std::string's own code.
target_compile_options(ebit_flags INTERFACE
  $<BUILD_INTERFACE:-Wall -Wextra -Wshadow -Wno-unknown-pragmas -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
  -fno-math-errno -fopenmp-simd>)
if(EBIT_WERROR)
  target_compile_options(ebit_flags INTERFACE $<BUILD_INTERFACE:-Werror>)
endif()
if(EBIT_SANITIZE)
  # GCC cannot follow initialisation through the sanitizers' own code: it then warns of its standard library (<regex>).
  target_compile_options(ebit_flags INTERFACE $<BUILD_INTERFACE:-Wno-maybe-uninitialized>)
  target_compile_options(ebit_flags INTERFACE
    $<BUILD_INTERFACE:-fsanitize=${EBIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined>)
  # Checks at every access through a pointer take a third of the compiler's time; the address sanitizer sees most of it.
  target_compile_options(ebit_flags INTERFACE $<BUILD_INTERFACE:-fno-sanitize=null,alignment,object-size,vptr>)
  target_link_options(ebit_flags INTERFACE $<BUILD_INTERFACE:-fsanitize=${EBIT_SANITIZE}>)
endif()
