# The Debian package of the program: `make deb`, or `cpack -G DEB` in the build folder. It holds the component
# "program": both executables, manual pages, completion, documentation and the included data. Libraries and headers for
# other projects are installed by `cmake --install`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ebit)
set(CPACK_PACKAGE_VENDOR "The ebit authors")
set(CPACK_PACKAGE_CONTACT "The ebit authors <ebit@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "recurrent sequence models whose memory is a quantum state")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"ebit trains recurrent sequence models whose memory is a quantum state,
simulated exactly: quantum LSTMs and GRUs, hybrid and kernel cells, beside
classical models on the same data. It reads a CSV file and leaves a folder
with the trained model, metrics and a page of results; it measures the
entanglement of a model's memory and reproduces published results.")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Plots are drawn by gnuplot, which is a program and no library that could be found by itself.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "gnuplot-nox | gnuplot-qt | gnuplot-x11, fonts-dejavu-core")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libopenblas0-openmp")
# What Debian wants otherwise than `cmake --install` leaves it.
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/debian_tree.cmake")
set(CPACK_PROJECT_CONFIG_FILE "")
include(CPack)
