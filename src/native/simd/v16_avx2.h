// V16 on AVX2 + FMA: sixteen float lanes in two registers. Included only by kernels_avx2.cc.
#pragma once
#include <immintrin.h>

#include "../platform.h"

namespace {

struct V16 {
  __m256 a, b;
};
struct I16 {
  __m256i a, b;
};

LACUNA_INLINE V16 v_load(const float* p) { return {_mm256_load_ps(p), _mm256_load_ps(p + 8)}; }
LACUNA_INLINE V16 v_loadu(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
LACUNA_INLINE void v_store(float* p, V16 x) {
  _mm256_store_ps(p, x.a);
  _mm256_store_ps(p + 8, x.b);
}
LACUNA_INLINE void v_storeu(float* p, V16 x) {
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}
LACUNA_INLINE V16 v_set1(float x) {
  const __m256 v = _mm256_set1_ps(x);
  return {v, v};
}
LACUNA_INLINE V16 v_zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
LACUNA_INLINE V16 v_add(V16 x, V16 y) { return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
LACUNA_INLINE V16 v_sub(V16 x, V16 y) { return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)}; }
LACUNA_INLINE V16 v_mul(V16 x, V16 y) { return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)}; }
LACUNA_INLINE V16 v_div(V16 x, V16 y) { return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)}; }
LACUNA_INLINE V16 v_sqrt(V16 x) { return {_mm256_sqrt_ps(x.a), _mm256_sqrt_ps(x.b)}; }
/** x * y + z, rounded once. */
LACUNA_INLINE V16 v_fma(V16 x, V16 y, V16 z) {
  return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
/** z - x * y, rounded once. */
LACUNA_INLINE V16 v_fnma(V16 x, V16 y, V16 z) {
  return {_mm256_fnmadd_ps(x.a, y.a, z.a), _mm256_fnmadd_ps(x.b, y.b, z.b)};
}
/** x > y ? x : y; y where either is NaN. */
LACUNA_INLINE V16 v_max(V16 x, V16 y) { return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)}; }
/** x < y ? x : y; y where either is NaN. */
LACUNA_INLINE V16 v_min(V16 x, V16 y) { return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)}; }
/** x where h > 0, else 0. */
LACUNA_INLINE V16 v_where_positive(V16 h, V16 x) {
  const __m256 zero = _mm256_setzero_ps();
  return {_mm256_and_ps(_mm256_cmp_ps(h.a, zero, _CMP_GT_OQ), x.a),
          _mm256_and_ps(_mm256_cmp_ps(h.b, zero, _CMP_GT_OQ), x.b)};
}
LACUNA_INLINE V16 v_abs(V16 x) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_andnot_ps(sign, x.a), _mm256_andnot_ps(sign, x.b)};
}
/** Magnitude of x, sign bit of y. */
LACUNA_INLINE V16 v_copy_sign(V16 x, V16 y) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_or_ps(_mm256_andnot_ps(sign, x.a), _mm256_and_ps(sign, y.a)),
          _mm256_or_ps(_mm256_andnot_ps(sign, x.b), _mm256_and_ps(sign, y.b))};
}
/** x where the sign bit of s is set, else y. */
LACUNA_INLINE V16 v_where_negative(V16 s, V16 x, V16 y) {
  return {_mm256_blendv_ps(y.a, x.a, s.a), _mm256_blendv_ps(y.b, x.b, s.b)};
}
LACUNA_INLINE __m256 pow2_of_magic_8(__m256 t) {
  const __m256i one = _mm256_set1_epi32(0x3f800000);
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_slli_epi32(_mm256_castps_si256(t), 23), one));
}
/** 2^n for t = n + 1.5 * 2^23, |n| <= 126. */
LACUNA_INLINE V16 v_pow2_of_magic(V16 t) { return {pow2_of_magic_8(t.a), pow2_of_magic_8(t.b)}; }
LACUNA_INLINE I16 i_load(const int32_t* p) {
  return {_mm256_load_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_load_si256(reinterpret_cast<const __m256i*>(p + 8))};
}
/** x where the mask lane is -1, 0 where it is 0. */
LACUNA_INLINE V16 v_and(V16 x, I16 mask) {
  return {_mm256_and_ps(x.a, _mm256_castsi256_ps(mask.a)), _mm256_and_ps(x.b, _mm256_castsi256_ps(mask.b))};
}
/** x where the byte of the lane is not 0, else 0. */
LACUNA_INLINE V16 v_keep(V16 x, const uint8_t* keep) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(keep));
  const __m256i zero = _mm256_setzero_si256();
  const __m256i a = _mm256_cmpeq_epi32(_mm256_cvtepu8_epi32(bytes), zero);
  const __m256i b = _mm256_cmpeq_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), zero);
  return {_mm256_andnot_ps(_mm256_castsi256_ps(a), x.a), _mm256_andnot_ps(_mm256_castsi256_ps(b), x.b)};
}
LACUNA_INLINE __m256 lookup32_8(const float* table, __m256i index) {
  const __m256 bit3 = _mm256_castsi256_ps(_mm256_slli_epi32(index, 28));
  const __m256 bit4 = _mm256_castsi256_ps(_mm256_slli_epi32(index, 27));
  const __m256 lo = _mm256_blendv_ps(_mm256_permutevar8x32_ps(_mm256_load_ps(table), index),
                                     _mm256_permutevar8x32_ps(_mm256_load_ps(table + 8), index), bit3);
  const __m256 hi = _mm256_blendv_ps(_mm256_permutevar8x32_ps(_mm256_load_ps(table + 16), index),
                                     _mm256_permutevar8x32_ps(_mm256_load_ps(table + 24), index), bit3);
  return _mm256_blendv_ps(lo, hi, bit4);
}
/** table[index] for a table of 32 floats, 32-byte aligned. */
LACUNA_INLINE V16 v_lookup32(const float* table, I16 index) {
  return {lookup32_8(table, index.a), lookup32_8(table, index.b)};
}
LACUNA_INLINE V16 v_gather(const float* base, I16 index) {
  return {_mm256_i32gather_ps(base, index.a, 4), _mm256_i32gather_ps(base, index.b, 4)};
}
/** Sum of the lanes, always in the order i + (i+8), i + (i+4), i + (i+2), i + (i+1). */
LACUNA_INLINE float v_sum(V16 x) {
  const __m256 h = _mm256_add_ps(x.a, x.b);
  const __m128 q = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
  const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(d, _mm_shuffle_ps(d, d, 1)));
}
LACUNA_INLINE void add_squares_4(double* sums, __m128 x) {
  const __m256d d = _mm256_cvtps_pd(x);
  _mm256_storeu_pd(sums, _mm256_add_pd(_mm256_loadu_pd(sums), _mm256_mul_pd(d, d)));
}
/** Add the squares of 16 floats to 16 doubles. */
LACUNA_INLINE void v_add_squares(double* sums, V16 x) {
  add_squares_4(sums, _mm256_castps256_ps128(x.a));
  add_squares_4(sums + 4, _mm256_extractf128_ps(x.a, 1));
  add_squares_4(sums + 8, _mm256_castps256_ps128(x.b));
  add_squares_4(sums + 12, _mm256_extractf128_ps(x.b, 1));
}
LACUNA_INLINE void transpose8(__m256 r[8]) {
  __m256 t[8];
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) {
    t[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
  LACUNA_UNROLL for (int i = 0; i < 2; ++i) {
    r[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
    r[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
    r[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
    r[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
  }
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) {
    t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
    t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
  }
  LACUNA_UNROLL for (int i = 0; i < 8; ++i) r[i] = t[i];
}
/** For each lane: out[slot[lane] * out_stride + 0..15] += rows[0..15 * row_stride + lane]. */
LACUNA_INLINE void v_scatter_rows(float* out, lacuna::Index out_stride, const int32_t* slot, const float* rows,
                                  lacuna::Index row_stride) {
  for (int lane = 0; lane < 16; lane += 8) {
    for (int row = 0; row < 16; row += 8) {
      __m256 r[8];
      LACUNA_UNROLL for (int i = 0; i < 8; ++i) r[i] = _mm256_load_ps(rows + (row + i) * row_stride + lane);
      transpose8(r);
      LACUNA_UNROLL for (int i = 0; i < 8; ++i) {
        float* p = out + slot[lane + i] * out_stride + row;
        _mm256_store_ps(p, _mm256_add_ps(_mm256_load_ps(p), r[i]));
      }
    }
  }
}

}  // namespace
