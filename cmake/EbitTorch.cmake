# libtorch, for the one layer that includes it, its tests, and what is linked with it.
#
# torch's own flags stay off our torch-free layers: only targets given to ebit_use_torch() see them. A file that
# includes torch takes seven seconds of parsing whatever it does, and <torch/torch.h> half as much again: keep such
# files few, and include no more than <torch/nn/module.h> and the modules that are used. A precompiled header would save
# half of that for the sake of 400 MB on the disk.
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

# The target includes and links libtorch. Its files call torch and compute little themselves: -O1 is enough for them and
# compiles faster.
function(ebit_use_torch target)
  target_link_libraries(${target} PUBLIC ${TORCH_LIBRARIES})
  target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:-O1>")
  target_include_directories(${target} BEFORE PUBLIC "$<BUILD_INTERFACE:${EBIT_FMT_FIRST}>")
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${TORCH_INCLUDE_DIRS}>")
endfunction()
