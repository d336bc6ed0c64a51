// The products of a dense layer for the instruction set "baseline"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA baseline
#include "ebit/cell/controlled/dense_kernels_impl.h"
