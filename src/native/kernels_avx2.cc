// AVX2 + FMA (x86-64 processors since about 2013). Compiled with -mavx2 -mfma or /arch:AVX2.
#include "simd/v16_avx2.h"

#define LACUNA_KERNELS kernels_avx2
#define LACUNA_NAME "avx2"
#define LACUNA_VECTORISED true
#define LACUNA_DENSE_ROWS 3
#define LACUNA_DENSE_ROWS_NARROW 6
#define LACUNA_WEIGHTS_IN_REGISTERS 1
#define LACUNA_GRADIENT_ROWS 3
#define LACUNA_SPARSE_ROWS 2
#define LACUNA_GRADIENT_STEPS 2
#define LACUNA_SPARSE_BELOW 0.70f
#define LACUNA_SPARSE_BELOW_LARGE 0.68f

#include "kernels.inc"
