// V16 on NEON (AArch64): sixteen float lanes in four registers. Included only by kernels_neon.cc. Compiles by the
// intrinsics reference; has not been run or measured on hardware yet.
#pragma once
#include <arm_neon.h>

#include "../platform.h"

namespace {

struct V16 {
  float32x4_t q[4];
};
struct I16 {
  int32x4_t q[4];
};

template <class F>
LACUNA_INLINE V16 each_quarter(F f) {
  V16 r;
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) r.q[i] = f(i);
  return r;
}
LACUNA_INLINE V16 v_load(const float* p) {
  return each_quarter([&](int i) { return vld1q_f32(p + 4 * i); });
}
LACUNA_INLINE V16 v_loadu(const float* p) { return v_load(p); }
LACUNA_INLINE void v_store(float* p, V16 a) {
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) vst1q_f32(p + 4 * i, a.q[i]);
}
LACUNA_INLINE void v_storeu(float* p, V16 a) { v_store(p, a); }
LACUNA_INLINE V16 v_set1(float a) {
  return each_quarter([&](int) { return vdupq_n_f32(a); });
}
LACUNA_INLINE V16 v_zero() { return v_set1(0.0f); }
LACUNA_INLINE V16 v_add(V16 a, V16 b) {
  return each_quarter([&](int i) { return vaddq_f32(a.q[i], b.q[i]); });
}
LACUNA_INLINE V16 v_sub(V16 a, V16 b) {
  return each_quarter([&](int i) { return vsubq_f32(a.q[i], b.q[i]); });
}
LACUNA_INLINE V16 v_mul(V16 a, V16 b) {
  return each_quarter([&](int i) { return vmulq_f32(a.q[i], b.q[i]); });
}
LACUNA_INLINE V16 v_div(V16 a, V16 b) {
  return each_quarter([&](int i) { return vdivq_f32(a.q[i], b.q[i]); });
}
LACUNA_INLINE V16 v_sqrt(V16 a) {
  return each_quarter([&](int i) { return vsqrtq_f32(a.q[i]); });
}
/** a * b + c, rounded once. */
LACUNA_INLINE V16 v_fma(V16 a, V16 b, V16 c) {
  return each_quarter([&](int i) { return vfmaq_f32(c.q[i], a.q[i], b.q[i]); });
}
/** c - a * b, rounded once. */
LACUNA_INLINE V16 v_fnma(V16 a, V16 b, V16 c) {
  return each_quarter([&](int i) { return vfmsq_f32(c.q[i], a.q[i], b.q[i]); });
}
/** a > b ? a : b; b where either is NaN (vmaxq would return NaN). */
LACUNA_INLINE V16 v_max(V16 a, V16 b) {
  return each_quarter([&](int i) { return vbslq_f32(vcgtq_f32(a.q[i], b.q[i]), a.q[i], b.q[i]); });
}
/** a < b ? a : b; b where either is NaN. */
LACUNA_INLINE V16 v_min(V16 a, V16 b) {
  return each_quarter([&](int i) { return vbslq_f32(vcltq_f32(a.q[i], b.q[i]), a.q[i], b.q[i]); });
}
/** a where h > 0, else 0. */
LACUNA_INLINE V16 v_where_positive(V16 h, V16 a) {
  return each_quarter([&](int i) {
    return vreinterpretq_f32_u32(
        vandq_u32(vcgtq_f32(h.q[i], vdupq_n_f32(0.0f)), vreinterpretq_u32_f32(a.q[i])));
  });
}
LACUNA_INLINE V16 v_abs(V16 a) {
  return each_quarter([&](int i) { return vabsq_f32(a.q[i]); });
}
/** Magnitude of a, sign bit of b. */
LACUNA_INLINE V16 v_copy_sign(V16 a, V16 b) {
  return each_quarter([&](int i) { return vbslq_f32(vdupq_n_u32(0x80000000u), b.q[i], a.q[i]); });
}
/** a where the sign bit of s is set, else b. */
LACUNA_INLINE V16 v_where_negative(V16 s, V16 a, V16 b) {
  return each_quarter([&](int i) {
    return vbslq_f32(vreinterpretq_u32_s32(vshrq_n_s32(vreinterpretq_s32_f32(s.q[i]), 31)), a.q[i], b.q[i]);
  });
}
/** 2^n for t = n + 1.5 * 2^23, |n| <= 126. */
LACUNA_INLINE V16 v_pow2_of_magic(V16 t) {
  return each_quarter([&](int i) {
    return vreinterpretq_f32_s32(
        vaddq_s32(vshlq_n_s32(vreinterpretq_s32_f32(t.q[i]), 23), vdupq_n_s32(0x3f800000)));
  });
}
LACUNA_INLINE I16 i_load(const int32_t* p) {
  I16 r;
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) r.q[i] = vld1q_s32(p + 4 * i);
  return r;
}
/** a where the mask lane is -1, 0 where it is 0. */
LACUNA_INLINE V16 v_and(V16 a, I16 mask) {
  return each_quarter([&](int i) {
    return vreinterpretq_f32_s32(vandq_s32(vreinterpretq_s32_f32(a.q[i]), mask.q[i]));
  });
}
/** a where the byte of the lane is not 0, else 0. */
LACUNA_INLINE V16 v_keep(V16 a, const uint8_t* keep) {
  int32_t mask[16];
  for (int i = 0; i < 16; ++i) mask[i] = keep[i] != 0 ? -1 : 0;
  return v_and(a, i_load(mask));
}
/** table[index] lane by lane: AArch64 has no gather. */
LACUNA_INLINE V16 v_gather(const float* base, I16 index) {
  alignas(16) int32_t at[16];
  alignas(16) float r[16];
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) vst1q_s32(at + 4 * i, index.q[i]);
  for (int i = 0; i < 16; ++i) r[i] = base[at[i]];
  return v_load(r);
}
LACUNA_INLINE V16 v_lookup32(const float* table, I16 index) { return v_gather(table, index); }
/** Sum of the lanes, always in the order i + (i+8), i + (i+4), i + (i+2), i + (i+1). */
LACUNA_INLINE float v_sum(V16 a) {
  const float32x4_t q = vaddq_f32(vaddq_f32(a.q[0], a.q[2]), vaddq_f32(a.q[1], a.q[3]));
  const float32x2_t d = vadd_f32(vget_low_f32(q), vget_high_f32(q));
  return vget_lane_f32(d, 0) + vget_lane_f32(d, 1);
}
/** Add the squares of 16 floats to 16 doubles. */
LACUNA_INLINE void v_add_squares(double* sums, V16 a) {
  LACUNA_UNROLL for (int i = 0; i < 4; ++i) {
    const float64x2_t lo = vcvt_f64_f32(vget_low_f32(a.q[i])), hi = vcvt_high_f64_f32(a.q[i]);
    vst1q_f64(sums + 4 * i, vaddq_f64(vld1q_f64(sums + 4 * i), vmulq_f64(lo, lo)));
    vst1q_f64(sums + 4 * i + 2, vaddq_f64(vld1q_f64(sums + 4 * i + 2), vmulq_f64(hi, hi)));
  }
}
/** For each lane: out[slot[lane] * out_stride + 0..15] += rows[0..15 * row_stride + lane]. */
LACUNA_INLINE void v_scatter_rows(float* out, lacuna::Index out_stride, const int32_t* slot, const float* rows,
                                  lacuna::Index row_stride) {
  for (int lane = 0; lane < 16; ++lane) {
    for (int row = 0; row < 16; ++row) out[slot[lane] * out_stride + row] += rows[row * row_stride + lane];
  }
}

}  // namespace
