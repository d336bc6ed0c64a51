// The products of a dense layer for the instruction set "avx512"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA avx512
#include "ebit/cell/controlled/dense_kernels_impl.h"
