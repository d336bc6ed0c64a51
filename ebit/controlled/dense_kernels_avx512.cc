// The products of a dense layer for the instruction set "avx512"; ebit/controlled/CMakeLists.txt gives this
// file its flags.
#define EBIT_ISA avx512
#include "ebit/controlled/dense_kernels_impl.h"
