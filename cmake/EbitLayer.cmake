# ebit_layer(NAME [TORCH] [LIGHT] [DEPENDS layer|target ...] [ALONE file ...])
#
# Makes the library ebit_NAME (alias ebit::NAME) of every *.cc in the current folder and its subfolders, and of every
# *.test.cc the test program test_NAME. A new file needs no edit here: the folders are globbed at every build. Headers
# in a subfolder "testing" are for tests and are not installed. A layer that has no sources is left out, here and in the
# DEPENDS of others.
# With EBIT_TESTS_OF test_NAME holds only the files that have a test of such a name.
# LIGHT: ebit_light(). ALONE: files, or patterns of them, that ebit_together() leaves alone: they use names that others use.
# DEPENDS is the whole truth about what a layer may include; dev/check_layers.py checks the includes against it.
# The library and its headers are installed; see EbitInstall.cmake.
function(ebit_layer name)
  cmake_parse_arguments(arg "TORCH;LIGHT" "" "DEPENDS;ALONE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "*.cc")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "*.h")
  list(FILTER headers EXCLUDE REGEX "/testing/")
  set(test_sources ${sources})
  list(FILTER test_sources INCLUDE REGEX "\\.test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "\\.(test|perf)\\.cc$")
  if(EBIT_TESTS_OF)
    foreach(file IN LISTS test_sources)
      file(STRINGS ${file} named REGEX "^(TYPED_)?TEST(_F|_P)?\\(.*(${EBIT_TESTS_OF})")
      if(NOT named)
        list(REMOVE_ITEM test_sources ${file})
      endif()
    endforeach()
  endif()

  if(NOT sources)
    return()
  endif()
  set(alone "")
  if(arg_ALONE)
    file(GLOB alone CONFIGURE_DEPENDS ${arg_ALONE})
  endif()
  set(kind core)
  if(arg_TORCH)
    set(kind torch)
  endif()
  foreach(dependency IN LISTS arg_DEPENDS)
    string(REGEX MATCH "^[^:]+" package ${dependency})
    if(NOT package STREQUAL "ebit")
      set_property(GLOBAL APPEND PROPERTY EBIT_PACKAGES_${kind} ${package})
    elseif(NOT TARGET ${dependency})
      string(REGEX REPLACE "^ebit::" "" layer ${dependency})
      if(NOT EXISTS "${PROJECT_SOURCE_DIR}/ebit/${layer}/CMakeLists.txt")
        message(FATAL_ERROR "layer ${name} depends on ${dependency}, which is no layer")
      endif()
      list(REMOVE_ITEM arg_DEPENDS ${dependency})
    endif()
  endforeach()

  add_library(ebit_${name} ${sources} ${headers})
  add_library(ebit::${name} ALIAS ebit_${name})
  ebit_together(ebit_${name} ${alone})
  set_target_properties(ebit_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(ebit_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(ebit_${name} PUBLIC ebit_flags ${arg_DEPENDS})
  if(arg_TORCH)
    ebit_use_torch(ebit_${name})
  elseif(arg_LIGHT)
    ebit_light(ebit_${name})
    ebit_precompiled(ebit_${name} light)
  else()
    ebit_precompiled(ebit_${name} plain)
  endif()
  set_property(GLOBAL APPEND PROPERTY EBIT_LAYERS_${kind} ${name})
  install(TARGETS ebit_${name} EXPORT ebit-${kind} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  foreach(header IN LISTS headers)
    file(RELATIVE_PATH folder "${CMAKE_CURRENT_SOURCE_DIR}" "${header}")
    get_filename_component(folder "${folder}" DIRECTORY)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ebit/${name}/${folder})
  endforeach()

  if(EBIT_TESTS AND test_sources)
    add_executable(test_${name} ${test_sources})
    ebit_together(test_${name} ${alone})
    target_link_libraries(test_${name} PRIVATE ebit_${name} GTest::gtest GTest::gmock GTest::gtest_main)
    target_compile_definitions(test_${name} PRIVATE
      EBIT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" EBIT_TEST_TMP="${CMAKE_CURRENT_BINARY_DIR}")
    if(arg_TORCH)
      # Loading libtorch takes a fraction of a second, so these run as one process, not one a test.
      ebit_use_torch(test_${name})
      add_test(NAME ${name} COMMAND test_${name})
    else()
      ebit_precompiled(test_${name} test)
      gtest_discover_tests(test_${name} TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST)
    endif()
  endif()
endfunction()

# ebit_instruction_sets(STEM): STEM_baseline.cc, STEM_avx2.cc and STEM_avx512.cc of this layer are one source for several
# instruction sets; STEM.cc picks among them when the program starts (ebit/sim/instruction_sets.h). A STEM may lie in a
# subfolder: register/lane_kernels.
function(ebit_instruction_sets stem)
  set_property(SOURCE ${stem}_baseline.cc ${stem}_avx2.cc ${stem}_avx512.cc
    APPEND PROPERTY COMPILE_OPTIONS "$<$<CONFIG:Release>:-O3>")  # also in a LIGHT layer
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set_property(SOURCE ${stem}_avx2.cc APPEND PROPERTY
      COMPILE_OPTIONS "-mavx2;-mfma;-mpopcnt;-ffp-contract=fast")
    set_property(SOURCE ${stem}_avx512.cc APPEND PROPERTY
      COMPILE_OPTIONS "-mavx512f;-mavx512dq;-mavx512vl;-mfma;-mpopcnt;-mprefer-vector-width=512;-ffp-contract=fast")
    set_source_files_properties(${stem}_avx2.cc ${stem}_avx512.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    set_source_files_properties(${stem}.cc PROPERTIES COMPILE_DEFINITIONS EBIT_X86_KERNELS)
  else()
    set_source_files_properties(${stem}_avx2.cc ${stem}_avx512.cc PROPERTIES HEADER_FILE_ONLY ON)
  endif()
endfunction()
