# What `cmake --install` leaves behind besides the layers themselves (ebit_layer installs those): the package
# `ebit`, so that find_package(ebit) gives ebit::base, ebit::sim, ... to other projects.
#
# Two exports, because a project that wants the torch-free core must not have to have libtorch.
include(CMakePackageConfigHelpers)
set(EBIT_INSTALL_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/ebit)

install(TARGETS ebit_flags EXPORT ebit-core)
install(EXPORT ebit-core NAMESPACE ebit:: DESTINATION ${EBIT_INSTALL_CMAKE})
get_property(EBIT_CORE_LAYERS GLOBAL PROPERTY EBIT_LAYERS_core)
get_property(EBIT_TORCH_LAYERS GLOBAL PROPERTY EBIT_LAYERS_torch)
# The packages of the targets named in DEPENDS: what the installed libraries need of their users' machine.
get_property(EBIT_CORE_PACKAGES GLOBAL PROPERTY EBIT_PACKAGES_core)
get_property(EBIT_TORCH_PACKAGES GLOBAL PROPERTY EBIT_PACKAGES_torch)
list(REMOVE_DUPLICATES EBIT_CORE_PACKAGES)
list(REMOVE_DUPLICATES EBIT_TORCH_PACKAGES)
if(EBIT_TORCH_LAYERS)
  install(EXPORT ebit-torch NAMESPACE ebit:: DESTINATION ${EBIT_INSTALL_CMAKE})
endif()

configure_package_config_file(cmake/ebit-config.cmake.in "${PROJECT_BINARY_DIR}/ebit-config.cmake"
  INSTALL_DESTINATION ${EBIT_INSTALL_CMAKE} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ebit-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/ebit-config.cmake" "${PROJECT_BINARY_DIR}/ebit-config-version.cmake"
  cmake/FindLibCsv.cmake cmake/FindRandom123.cmake cmake/FindUtf8proc.cmake
  DESTINATION ${EBIT_INSTALL_CMAKE})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
if(EBIT_PROGRAM)
  install(FILES README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
  install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs COMPONENT program FILES_MATCHING
    PATTERN "*.md" PATTERN "*.png" PATTERN "*.json")
  install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT program FILES_MATCHING PATTERN "*.toml")
  install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT program)
endif()
