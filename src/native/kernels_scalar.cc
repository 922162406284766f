// Plain C++: runs on any processor, and is the truth the others are tested against.
#define LACUNA_KEEP_LOOPS
#include "simd/v16_scalar.h"

#define LACUNA_KERNELS kernels_scalar
#define LACUNA_NAME "scalar"
#define LACUNA_VECTORISED false
#define LACUNA_DENSE_ROWS 3
#define LACUNA_DENSE_ROWS_NARROW 6
#define LACUNA_WEIGHTS_IN_REGISTERS 0
#define LACUNA_GRADIENT_ROWS 3
#define LACUNA_SPARSE_ROWS 2
#define LACUNA_GRADIENT_STEPS 2
#define LACUNA_SPARSE_BELOW 0.95f
#define LACUNA_SPARSE_BELOW_LARGE 0.95f

#include "kernels.inc"
