// The products of a dense layer for the instruction set "baseline"; ebit/controlled/CMakeLists.txt gives this
// file its flags.
#define EBIT_ISA baseline
#include "ebit/controlled/dense_kernels_impl.h"
