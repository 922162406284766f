// Compiler differences in one place: forced inlining, unrolling, restrict. Holds no logic.
#pragma once
#include <cstddef>
#include <cstdint>

#if defined(_MSC_VER) && !defined(__clang__)
#define LACUNA_INLINE static __forceinline
#define LACUNA_UNROLL
#define LACUNA_RESTRICT __restrict
#define LACUNA_LIKELY(x) (x)
#elif defined(__clang__)
#define LACUNA_INLINE static inline __attribute__((always_inline))
#define LACUNA_UNROLL _Pragma("unroll")
#define LACUNA_RESTRICT __restrict__
#define LACUNA_LIKELY(x) __builtin_expect(!!(x), 1)
#else
#define LACUNA_INLINE static inline __attribute__((always_inline))
#define LACUNA_UNROLL _Pragma("GCC unroll 32")
#define LACUNA_RESTRICT __restrict__
#define LACUNA_LIKELY(x) __builtin_expect(!!(x), 1)
#endif

// The scalar kernels keep their loops: unrolled sixteen-fold in lanes they would only compile slowly.
#if defined(LACUNA_KEEP_LOOPS)
#undef LACUNA_UNROLL
#define LACUNA_UNROLL
#endif

namespace lacuna {
/** Signed size and index type of the whole engine; pointer arithmetic needs no casts. */
using Index = std::ptrdiff_t;
/** Lanes of one vector V16: the unit in which a batch is padded. */
constexpr Index kLanes = 16;
}  // namespace lacuna
