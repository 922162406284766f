// The table of kernels: what a compiled instruction set offers. Plain data only, so that no caller sees a SIMD type.
//
// Words used throughout:
//   panel   [feature][lane] floats; a feature is one row of `width` lanes (16, 32 or 64), 64-byte aligned
//   vectors number of 16-lane vectors to process from the pointers given; 16 * vectors <= width
//   step    distance in floats between the panels of two consecutive timesteps
#pragma once
#include "platform.h"

namespace lacuna {

/** How the accumulators of a row begin. */
enum class Start { kAccumulate, kZero, kBias, kTable32, kTableAny };
/** What happens to a row before it is stored. */
enum class Finish { kStore, kTanh, kRelu };

struct RowStart {
  Start kind = Start::kAccumulate;
  const float* bias = nullptr;     // kBias: [rows]
  const float* table = nullptr;    // kTable32: [rows][32]; kTableAny: [chunk][rows of the table][32]
  const int32_t* index = nullptr;  // [vectors * 16] kTable32: local token; kTableAny: its offset in floats at row 0
};

/** `rows` consecutive output rows from `out_row`; weights at `packed + at`, [k][rows]. */
struct DenseTile {
  int32_t out_row;
  int32_t rows;
  Index at;
};

struct DenseMatrix {
  const DenseTile* tiles = nullptr;
  Index tile_count = 0;
  const float* packed = nullptr;
};

/** One live weight: its value and the byte offset of its input feature from the start of the panel. */
struct SparseEntry {
  float value;
  uint32_t offset;
};

constexpr int kMaxSliceRows = 4;

/** SELL slice: up to kMaxSliceRows rows of equal (padded) length; entries at `entries + at`, [length][slice rows]. */
struct SparseSlice {
  int32_t out_row[kMaxSliceRows];
  int32_t rows;
  int32_t length;
  Index at;
};

/** Slices of all rows for the first block of inputs, then for the next, up to block_ends[b]. */
struct SparseMatrix {
  const SparseSlice* slices = nullptr;
  const Index* block_ends = nullptr;
  Index block_count = 0;
  const SparseEntry* entries = nullptr;
  Index rows = 0;
};

/** Input features of one column block: those of four timesteps then fit the first-level cache. */
constexpr Index kBlockColumns = 64;
/** Entries whose accumulators (64 bytes each) stay in the second-level cache while all timesteps pass. */
constexpr Index kGradientGroup = 4096;

/**
 * Live weights for their gradients, with input byte offsets, by range of columns, row, and column block of the range.
 * The entries of row r in block b of range s are those from cuts[(s * row_count + r) * (blocks + 1) + b] to the next cut.
 */
struct SparseRows {
  const Index* cuts = nullptr;
  Index row_count = 0;
  Index ranges = 1, blocks = 1;
  const uint32_t* offset = nullptr;
};

/** Timesteps a product runs over: panels `x_step` and `out_step` floats apart; a table's index advances by a row. */
struct Steps {
  Index count = 1;
  Index x_step = 0;
  Index out_step = 0;
};

/** Two series of panels, `steps` timesteps long, read from the last to the first. */
struct PanelPair {
  const float* dg;  // gradients of preactivations
  Index dg_step;
  const float* x;  // inputs
  Index x_step;
  Index steps;
  Index width;
  Index vectors;
};

struct AdamFactors {
  float clip;         // factor on every gradient
  float beta1, beta2;
  float one_minus_beta1, one_minus_beta2;
  float step_size;             // learning rate / (1 - beta1^t)
  float inverse_root_correction;  // 1 / sqrt(1 - beta2^t)
  float epsilon;
};

struct LstmForward {
  Index units, width, vectors;
  float* gates;         // [4H][width] in: preactivations i f g o; out: activations
  const float* c_prev;  // [H][width]
  float *c, *tanh_c, *h;
};
struct LstmBackward {
  Index units, width, vectors;
  float* gates;  // in: activations i f g o; out: gradients of the preactivations
  const float *c_prev, *tanh_c;
  const float* dout;  // gradient of h from the layers above, or null
  const float* dh;    // gradient of h from the next timestep
  float* dc;          // in: gradient of c from the next timestep; out: for the previous one
};
struct GruForward {
  Index units, width, vectors;
  float* gates;  // [4H][width] in: r z n_x n_h preactivations; out: r z n and n_h unchanged
  const float* h_prev;
  float* h;
};
struct GruBackward {
  Index units, width, vectors;
  float* gates;  // in: r z n n_h; out: gradients dr dz dn_x dn_h
  const float* h_prev;
  const float* dout;
  float* dh;  // in: gradient of h from the next timestep; out: its direct part for the previous one
};
struct RnnBackward {
  Index units, width, vectors;
  bool relu;
  const float* h;
  const float* dout;
  const float* dh;
  float* dg;
};

// ---- one sweep per timestep (see sweep.h) ----

/** One unit of one cell in the flat program. Offsets are bytes from the start of the timestep's slot. */
struct SweepUnit {
  Index entries[5];   // first entry of each gate row (RNN 1, LSTM 4, GRU 4 rows); the last is the end
  Index back[3];      // backward entries: from consumers at t: back[0]..back[1]; from t + 1: back[1]..back[2]
  int32_t gate[4];    // gate rows
  int32_t h, c, tanh_c;
  int32_t carry;      // LSTM: dc * f, GRU: dh * z, for the timestep before
  int32_t table_row;  // row of gate 0 in its token table, or -1; gate g is table_row + g * table_gate
  int32_t table_gate;
  int32_t table;      // which table
  int32_t bias_row;   // row of gate 0 in the bias arrays; gate g is bias_row + g * bias_gate
  int32_t bias_gate;
  int32_t inject;     // row of the readout gradient added to this unit, or -1
};
/** A node is one unit of a layer's output; listed when a layer has several cells. */
struct SweepNode {
  Index sources[2];  // forward: entries (weight 1) of the cells' h
  Index back[2];     // backward: entries from consumers
  int32_t out;       // the node's row
  int32_t gradient;  // the row of its gradient
  int32_t inject;
};
/** Program order: units of a layer's cells, then that layer's nodes. */
struct SweepLayer {
  Index unit_begin, unit_end, node_begin, node_end;
};
struct SweepTable {
  const float* values;      // [chunk][rows][32]
  bool small;               // at most 32 tokens
  const int32_t* index;     // [T][width] as in RowStart
};
struct SweepProgram {
  int cell;  // 0 tanh, 1 relu, 2 lstm, 3 gru
  const SweepUnit* units;
  const SweepNode* nodes;
  const SweepLayer* layers;
  Index layer_count;
  const SparseEntry* entries;       // forward, offset as int32 in bytes
  const SparseEntry* back_entries;  // backward
  const SparseEntry* node_entries;
  const float* bias;  // [gate rows]
  const SweepTable* tables;
  Index width, vectors;
  const float* inject;       // [readout rows][width] gradient of the readout's inputs
  const int32_t* ends;       // [T][width] -1 where a lane's last step is t
  const uint8_t* any_end;    // [T]
  bool freeze;               // mask padding with relu: lanes past their end are held at 0
  const int32_t* alive;      // [T][width] -1 while a lane has not ended
  float* lanes;              // [forward entries][16] gradient accumulators
  float* bias_lanes;         // [gate rows][16]
};

struct Kernels {
  const char* name;
  bool vectorised;        // false: plain C++, the readable truth
  int dense_rows;         // rows of a dense tile at two vectors
  int dense_rows_narrow;  // rows of a dense tile at one vector
  int sparse_rows;        // rows of a SELL slice
  int gradient_steps;     // timesteps per call of gradient_sparse
  float sparse_below;        // density under which skipping pruned weights is expected to pay, small matrices
  float sparse_below_large;  // the same for those above CompactBelow::kLarge values

  void (*multiply_dense)(const DenseMatrix&, const float* x, Index inputs, const Steps&, const RowStart&, Finish,
                         float* out, Index width, Index vectors);
  /** `partial`: room for gradient_steps * rows * vectors * 16 floats when the matrix has several blocks. */
  void (*multiply_sparse)(const SparseMatrix&, const float* x, const Steps&, const RowStart&, Finish, float* partial,
                          float* out, Index width, Index vectors);
  void (*start_rows)(Index rows, const RowStart&, Finish, float* out, Index width, Index vectors);

  /** out[r * out_stride + c] = (fresh ? 0 : itself) + sum over t, lanes of dg[t][r] x[t][c]. */
  void (*gradient_dense)(const PanelPair&, Index rows, Index cols, float* out, Index out_stride, bool fresh);
  /**
   * sums[entry] = sum over t and lanes of dg * x, for rows row_begin..row_end. `lanes`: room for 16 floats for each of
   * kGradientGroup entries and one row more.
   */
  void (*gradient_sparse)(const PanelPair&, const SparseRows&, Index row_begin, Index row_end, float* lanes,
                          float* sums);
  /** lanes[row][16] = sum over t of dg[row]. */
  void (*gradient_bias)(const PanelPair&, Index row_begin, Index row_end, float* lanes);
  /** out[i] = sum of lanes[i]. */
  void (*sum_lanes)(const float* lanes, Index count, float* out);
  /** out[slot of lane][row] += dg[row][lane], rows in groups of 16. */
  void (*scatter_tokens)(const float* dg, Index width, Index vectors, Index group_begin, Index group_end,
                         const int32_t* slot, float* out, Index out_stride);

  void (*lstm_forward)(const LstmForward&);
  void (*lstm_backward)(const LstmBackward&);
  void (*gru_forward)(const GruForward&);
  void (*gru_backward)(const GruBackward&);
  void (*rnn_backward)(const RnnBackward&);
  /** a[i] += b[i] (& mask[lane] where given), rows x vectors. */
  void (*add_rows)(float* a, const float* b, const int32_t* mask, Index rows, Index width, Index vectors);
  /** to[i] += from[i], then from[i] = 0, rows x vectors: what was added up so far joins the total. */
  void (*drain_rows)(float* to, float* from, Index rows, Index width, Index vectors);
  /** a[i] &= mask[lane]. */
  void (*mask_rows)(float* a, const int32_t* mask, Index rows, Index width, Index vectors);

  /** sums[16] += squares of g[n]; n a multiple of 16. Where `keep` (or null) has a byte of 0, g counts as 0. */
  void (*sum_squares)(const float* g, const uint8_t* keep, Index n, double* sums);
  /**
   * Adam on n values (a multiple of 16); g may be null for a gradient of zero, `keep` as in sum_squares. Adds w * 0 to
   * bad[16]: NaN tells.
   */
  void (*adam)(float* w, float* m, float* v, const float* g, const uint8_t* keep, Index n, const AdamFactors&,
               float* bad);

  void (*sweep_forward)(const SweepProgram&, float* slot, Index step_bytes, Index t);
  void (*sweep_backward)(const SweepProgram&, float* slot, Index step_bytes, Index t, bool last);
};

const Kernels* kernels_scalar();
const Kernels* kernels_avx2();
const Kernels* kernels_avx512();
const Kernels* kernels_neon();

}  // namespace lacuna
