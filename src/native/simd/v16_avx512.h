// V16 on AVX-512: sixteen float lanes in one register. Included only by kernels_avx512.cc.
#pragma once
#include <immintrin.h>

#include "../platform.h"

namespace {

struct V16 {
  __m512 v;
};
struct I16 {
  __m512i v;
};

LACUNA_INLINE V16 v_load(const float* p) { return {_mm512_load_ps(p)}; }
LACUNA_INLINE V16 v_loadu(const float* p) { return {_mm512_loadu_ps(p)}; }
LACUNA_INLINE void v_store(float* p, V16 a) { _mm512_store_ps(p, a.v); }
LACUNA_INLINE void v_storeu(float* p, V16 a) { _mm512_storeu_ps(p, a.v); }
LACUNA_INLINE V16 v_set1(float a) { return {_mm512_set1_ps(a)}; }
LACUNA_INLINE V16 v_zero() { return {_mm512_setzero_ps()}; }
LACUNA_INLINE V16 v_add(V16 a, V16 b) { return {_mm512_add_ps(a.v, b.v)}; }
LACUNA_INLINE V16 v_sub(V16 a, V16 b) { return {_mm512_sub_ps(a.v, b.v)}; }
LACUNA_INLINE V16 v_mul(V16 a, V16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
LACUNA_INLINE V16 v_div(V16 a, V16 b) { return {_mm512_div_ps(a.v, b.v)}; }
LACUNA_INLINE V16 v_sqrt(V16 a) { return {_mm512_sqrt_ps(a.v)}; }
/** a * b + c, rounded once. */
LACUNA_INLINE V16 v_fma(V16 a, V16 b, V16 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
/** c - a * b, rounded once. */
LACUNA_INLINE V16 v_fnma(V16 a, V16 b, V16 c) { return {_mm512_fnmadd_ps(a.v, b.v, c.v)}; }
/** a > b ? a : b; b where either is NaN. */
LACUNA_INLINE V16 v_max(V16 a, V16 b) { return {_mm512_max_ps(a.v, b.v)}; }
/** a < b ? a : b; b where either is NaN. */
LACUNA_INLINE V16 v_min(V16 a, V16 b) { return {_mm512_min_ps(a.v, b.v)}; }
/** a where h > 0, else 0. */
LACUNA_INLINE V16 v_where_positive(V16 h, V16 a) {
  return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(h.v, _mm512_setzero_ps(), _CMP_GT_OQ), a.v)};
}
LACUNA_INLINE V16 v_abs(V16 a) { return {_mm512_abs_ps(a.v)}; }
/** Magnitude of a, sign bit of b. */
LACUNA_INLINE V16 v_copy_sign(V16 a, V16 b) {
  const __m512i sign = _mm512_set1_epi32(INT32_MIN);  // ternary logic: sign ? b : a
  return {_mm512_castsi512_ps(
      _mm512_ternarylogic_epi32(sign, _mm512_castps_si512(b.v), _mm512_castps_si512(a.v), 0xca))};
}
/** a where the sign bit of s is set, else b. */
LACUNA_INLINE V16 v_where_negative(V16 s, V16 a, V16 b) {
  return {_mm512_mask_mov_ps(b.v, _mm512_movepi32_mask(_mm512_castps_si512(s.v)), a.v)};
}
/** 2^n for t = n + 1.5 * 2^23, |n| <= 126. */
LACUNA_INLINE V16 v_pow2_of_magic(V16 t) {
  const __m512i one = _mm512_set1_epi32(0x3f800000);
  return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_slli_epi32(_mm512_castps_si512(t.v), 23), one))};
}
LACUNA_INLINE I16 i_load(const int32_t* p) { return {_mm512_load_si512(p)}; }
/** a where the mask lane is -1, 0 where it is 0. */
LACUNA_INLINE V16 v_and(V16 a, I16 mask) {
  return {_mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(a.v), mask.v))};
}
/** a where the byte of the lane is not 0, else 0. */
LACUNA_INLINE V16 v_keep(V16 a, const uint8_t* keep) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(keep));
  return {_mm512_maskz_mov_ps(_mm_test_epi8_mask(bytes, bytes), a.v)};
}
/** table[index] for a table of 32 floats, 64-byte aligned. */
LACUNA_INLINE V16 v_lookup32(const float* table, I16 index) {
  return {_mm512_permutex2var_ps(_mm512_load_ps(table), index.v, _mm512_load_ps(table + 16))};
}
LACUNA_INLINE V16 v_gather(const float* base, I16 index) { return {_mm512_i32gather_ps(index.v, base, 4)}; }
/** Sum of the lanes, always in the order i + (i+8), i + (i+4), i + (i+2), i + (i+1). */
LACUNA_INLINE float v_sum(V16 a) {
  const __m256 h = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
  const __m128 q = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
  const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(d, _mm_shuffle_ps(d, d, 1)));
}
/** Add the squares of 16 floats to 16 doubles. */
LACUNA_INLINE void v_add_squares(double* sums, V16 a) {
  const __m512d lo = _mm512_cvtps_pd(_mm512_castps512_ps256(a.v));
  const __m512d hi = _mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1));
  _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), _mm512_mul_pd(lo, lo)));
  _mm512_storeu_pd(sums + 8, _mm512_add_pd(_mm512_loadu_pd(sums + 8), _mm512_mul_pd(hi, hi)));
}
/** out[lane * stride + row] += rows[row * row_stride + lane] by token: see tokens.inc. Transposes 16 x 16. */
LACUNA_INLINE void v_transpose16(__m512 r[16]) {
  __m512 t[16];
  LACUNA_UNROLL for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) {
    const __m512d a0 = _mm512_castps_pd(t[4 * i]), a1 = _mm512_castps_pd(t[4 * i + 1]);
    const __m512d b0 = _mm512_castps_pd(t[4 * i + 2]), b1 = _mm512_castps_pd(t[4 * i + 3]);
    r[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a0, b0));
    r[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a0, b0));
    r[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(a1, b1));
    r[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(a1, b1));
  }
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
  }
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) {
    r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
  }
}
/** For each lane: out[slot[lane] * out_stride + 0..15] += rows[0..15 * row_stride + lane]. */
LACUNA_INLINE void v_scatter_rows(float* out, lacuna::Index out_stride, const int32_t* slot, const float* rows,
                                  lacuna::Index row_stride) {
  __m512 r[16];
  LACUNA_UNROLL for (int i = 0; i < 16; ++i) r[i] = _mm512_load_ps(rows + i * row_stride);
  v_transpose16(r);
  LACUNA_UNROLL for (int lane = 0; lane < 16; ++lane) {
    float* p = out + slot[lane] * out_stride;
    _mm512_store_ps(p, _mm512_add_ps(_mm512_load_ps(p), r[lane]));
  }
}

}  // namespace
