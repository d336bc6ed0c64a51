// The products of a dense layer for the instruction set "avx2"; ebit/cell/CMakeLists.txt gives
// this file its flags.
#define EBIT_ISA avx2
#include "ebit/cell/controlled/dense_kernels_impl.h"
