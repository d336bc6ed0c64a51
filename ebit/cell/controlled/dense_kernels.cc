#include "ebit/cell/controlled/dense_kernels.h"

#include "ebit/cell/kernel_tables.h"

EBIT_KERNEL_TABLES(DenseKernels, dense, dense_kernels, "a dense layer")
