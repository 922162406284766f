// Storage of weights, gradients and Adam moments. Pruned matrices may be stored compactly (live values only), so that
// norm, clipping and Adam cost nothing for pruned weights. Knows no kernels beyond the two of the optimizer.
#pragma once
#include <vector>

#include "kernels.h"
#include "memory.h"
#include "network.h"

namespace lacuna {

struct Parameter {
  ParameterShape shape{};
  Index at = 0;                     // first value in the flat arrays (embedding: unused)
  Index stored = 0;                 // values stored: all, or the live ones
  bool compact = false;             // true: `live` maps stored values to canonical positions
  std::vector<uint32_t> live;       // canonical positions in ascending order
  std::vector<uint8_t> mask;        // canonical, 1 keeps, rounded up to a multiple of 16; empty when dense
};

/** Arrays of one create call in canonical order; entries of `masks` may be null, `m` and `v` may be empty. */
struct ParameterValues {
  std::vector<const float*> w, m, v;
  std::vector<const uint8_t*> masks;
  Index step = 0;
};

/** A stretch of the flat arrays: whole parameters, `keep` as the kernels of the optimizer want it. */
struct FlatRun {
  Index at, count;
  const uint8_t* keep;
};

/** Densities under which a masked matrix is stored compactly, by its size. */
struct CompactBelow {
  static constexpr Index kLarge = 1 << 15;  // values; two lists of eight bytes a value then fill half a megabyte
  float small, large;
  float of(Index count) const { return count > kLarge ? large : small; }
};

class Parameters {
 public:
  Parameters(const Network& network, const ParameterValues& values, CompactBelow compact_below);

  const Parameter& at(Index i) const { return list[static_cast<std::size_t>(i)]; }
  Index index_of(Role role, Index layer = 0, Index cell = 0) const;

  /** Copy an array out in canonical layout; `which`: 0 weights, 1 m, 2 v. */
  void read(int which, Index index, float* out) const;
  /** Copy flat gradients out in canonical layout, those of pruned weights as 0 (not for the embedding). */
  void expand(Index index, const float* flat, float* out) const;
  /** Remember that the rows were in a batch: from now on their moments may be non-zero. */
  void touch(const std::vector<int32_t>& rows);

  std::vector<Parameter> list;
  Index flat_size = 0;  // a multiple of 16; every parameter starts at one
  Array<float> w, m, v;
  std::vector<FlatRun> runs;  // all of the flat arrays, in order

  Index embedding_stride = 0;  // E rounded up to 16
  Array<float> embedding_w, embedding_m, embedding_v;  // [V][stride]
  std::vector<int32_t> touched;                        // rows whose moments may be non-zero, in order of first use
  Index step = 0;

 private:
  void list_runs();
  void store(const Parameter& p, const float* canonical, Array<float>& flat) const;
  std::vector<uint8_t> is_touched_;
};

}  // namespace lacuna
