// V16 in plain C++: the readable definition of every operation and the truth the vector versions are tested
// against bit by bit. Runs everywhere, slowly.
#pragma once
#include <cmath>
#include <cstring>

#include "../platform.h"

namespace {

struct V16 {
  float lane[16];
};
struct I16 {
  int32_t lane[16];
};

template <class F>
LACUNA_INLINE V16 each_lane(F f) {
  V16 r;
  for (int i = 0; i < 16; ++i) r.lane[i] = f(i);
  return r;
}
LACUNA_INLINE V16 v_load(const float* p) {
  return each_lane([&](int i) { return p[i]; });
}
LACUNA_INLINE V16 v_loadu(const float* p) { return v_load(p); }
LACUNA_INLINE void v_store(float* p, V16 a) { std::memcpy(p, a.lane, sizeof a.lane); }
LACUNA_INLINE void v_storeu(float* p, V16 a) { v_store(p, a); }
LACUNA_INLINE V16 v_set1(float a) {
  return each_lane([&](int) { return a; });
}
LACUNA_INLINE V16 v_zero() { return v_set1(0.0f); }
LACUNA_INLINE V16 v_add(V16 a, V16 b) {
  return each_lane([&](int i) { return a.lane[i] + b.lane[i]; });
}
LACUNA_INLINE V16 v_sub(V16 a, V16 b) {
  return each_lane([&](int i) { return a.lane[i] - b.lane[i]; });
}
LACUNA_INLINE V16 v_mul(V16 a, V16 b) {
  return each_lane([&](int i) { return a.lane[i] * b.lane[i]; });
}
LACUNA_INLINE V16 v_div(V16 a, V16 b) {
  return each_lane([&](int i) { return a.lane[i] / b.lane[i]; });
}
LACUNA_INLINE V16 v_sqrt(V16 a) {
  return each_lane([&](int i) { return std::sqrt(a.lane[i]); });
}
/** a * b + c, rounded once. */
LACUNA_INLINE V16 v_fma(V16 a, V16 b, V16 c) {
  return each_lane([&](int i) { return std::fma(a.lane[i], b.lane[i], c.lane[i]); });
}
/** c - a * b, rounded once. */
LACUNA_INLINE V16 v_fnma(V16 a, V16 b, V16 c) {
  return each_lane([&](int i) { return std::fma(-a.lane[i], b.lane[i], c.lane[i]); });
}
/** a > b ? a : b; b where either is NaN. */
LACUNA_INLINE V16 v_max(V16 a, V16 b) {
  return each_lane([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
}
/** a < b ? a : b; b where either is NaN. */
LACUNA_INLINE V16 v_min(V16 a, V16 b) {
  return each_lane([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
}
/** a where h > 0, else 0. */
LACUNA_INLINE V16 v_where_positive(V16 h, V16 a) {
  return each_lane([&](int i) { return h.lane[i] > 0.0f ? a.lane[i] : 0.0f; });
}
LACUNA_INLINE V16 v_abs(V16 a) {
  return each_lane([&](int i) { return std::fabs(a.lane[i]); });
}
/** Magnitude of a, sign bit of b. */
LACUNA_INLINE V16 v_copy_sign(V16 a, V16 b) {
  return each_lane([&](int i) { return std::copysign(a.lane[i], b.lane[i]); });
}
/** a where the sign bit of s is set, else b. */
LACUNA_INLINE V16 v_where_negative(V16 s, V16 a, V16 b) {
  return each_lane([&](int i) { return std::signbit(s.lane[i]) ? a.lane[i] : b.lane[i]; });
}
/** 2^n for t = n + 1.5 * 2^23, |n| <= 126. */
LACUNA_INLINE V16 v_pow2_of_magic(V16 t) {
  return each_lane([&](int i) {
    uint32_t bits;
    std::memcpy(&bits, &t.lane[i], 4);
    bits = (bits << 23) + 0x3f800000u;
    float r;
    std::memcpy(&r, &bits, 4);
    return r;
  });
}
LACUNA_INLINE I16 i_load(const int32_t* p) {
  I16 r;
  std::memcpy(r.lane, p, sizeof r.lane);
  return r;
}
/** a where the mask lane is -1, 0 where it is 0. */
LACUNA_INLINE V16 v_and(V16 a, I16 mask) {
  return each_lane([&](int i) { return mask.lane[i] != 0 ? a.lane[i] : 0.0f; });
}
/** a where the byte of the lane is not 0, else 0. */
LACUNA_INLINE V16 v_keep(V16 a, const uint8_t* keep) {
  return each_lane([&](int i) { return keep[i] != 0 ? a.lane[i] : 0.0f; });
}
/** table[index] for a table of 32 floats. */
LACUNA_INLINE V16 v_lookup32(const float* table, I16 index) {
  return each_lane([&](int i) { return table[index.lane[i]]; });
}
LACUNA_INLINE V16 v_gather(const float* base, I16 index) {
  return each_lane([&](int i) { return base[index.lane[i]]; });
}
/** Sum of the lanes, always in the order i + (i+8), i + (i+4), i + (i+2), i + (i+1). */
LACUNA_INLINE float v_sum(V16 a) {
  for (int half = 8; half >= 1; half /= 2) {
    for (int i = 0; i < half; ++i) a.lane[i] += a.lane[i + half];
  }
  return a.lane[0];
}
/** Add the squares of 16 floats to 16 doubles. */
LACUNA_INLINE void v_add_squares(double* sums, V16 a) {
  for (int i = 0; i < 16; ++i) sums[i] += static_cast<double>(a.lane[i]) * static_cast<double>(a.lane[i]);
}
/** For each lane: out[slot[lane] * out_stride + 0..15] += rows[0..15 * row_stride + lane]. */
LACUNA_INLINE void v_scatter_rows(float* out, lacuna::Index out_stride, const int32_t* slot, const float* rows,
                                  lacuna::Index row_stride) {
  for (int lane = 0; lane < 16; ++lane) {
    for (int row = 0; row < 16; ++row) out[slot[lane] * out_stride + row] += rows[row * row_stride + lane];
  }
}

}  // namespace
