#include "ebit/cell/register/schmidt_kernels.h"

#include "ebit/cell/kernel_tables.h"

EBIT_KERNEL_TABLES(SchmidtKernels, schmidt, schmidt_kernels, "a Schmidt decomposition")
