// Runs one block of a batch through a network, forward and backward: the part that every execution order shares
// (token tables, readout, loss, embedding gradients). Layered runs layer by layer, Sweep timestep by timestep.
//
// Call order for a training block: refresh (after weights changed), begin, then for lanes or parts that may be
// spread over threads: forward, readout, backward(accumulate when one thread does it all), else accumulate; then finish.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "batch.h"
#include "control.h"
#include "kernels.h"
#include "memory.h"
#include "parameters.h"
#include "product.h"

namespace lacuna {

/** Vectors [first, first + count) of a block. */
struct LaneRange {
  Index first, count;
};

/** Embedding of the tokens of a block times the embedding columns of one cell's input weights, plus biases. */
struct TokenTable {
  Index rows = 0;        // gate rows G*H
  Index row_stride = 0;  // rows rounded up to 16
  std::vector<Product> products;  // width 32; one for each time the embedding is a source of the cell
  Array<float> values;   // [chunk][rows][32]
  Array<int32_t> index;  // [T][width] offsets into values, when more than 32 tokens
  Array<float> gradient;        // [token][row_stride]
  Array<float> recent;          // the same of the last timesteps, not yet in gradient
  Array<float> gradient_panel;  // [chunk][rows][32]
  const float* bias = nullptr;  // [rows]
};

/** Where gradients of a batch are collected: flat, and one row per token of the batch for the embedding. */
struct GradientSink {
  float* flat;
  float* embedding;              // [batch tokens][embedding stride]
  const int32_t* embedding_row;  // [V] token -> row
  bool fresh;                    // the first block writes, later ones add
};

class Executor {
 public:
  Executor(const Network& network, const Parameters& parameters, const Kernels& kernels, Index width);
  virtual ~Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  Index width() const { return width_; }

  /** Copy the current weights into packed form; this and what follows returns false when `stop` was set meanwhile. */
  bool refresh(const std::atomic<int32_t>* stop);
  /** Make room for the block and prepare its token tables; with a sink, collect gradients for it. */
  bool begin(const Block& block, const GradientSink* sink, const std::atomic<int32_t>* stop);
  /** Run all timesteps for some lanes. */
  virtual bool forward(const Block& block, LaneRange lanes, const std::atomic<int32_t>* stop) = 0;
  /** Logits, losses and predictions of some lanes; with `train` the gradient of the readout as well. */
  void readout(const Block& block, LaneRange lanes, bool train);
  /** Back through time for some lanes; `accumulate` also collects parameter gradients (all lanes at once only). */
  virtual bool backward(const Block& block, LaneRange lanes, bool accumulate, const std::atomic<int32_t>* stop) = 0;
  /** Collect the parameter gradients of one part of `parts`, after backward of all lanes without accumulate. */
  virtual bool accumulate(const Block& block, int part, int parts, const std::atomic<int32_t>* stop) = 0;
  /** Bring everything collected into the sink. */
  bool finish(const std::atomic<int32_t>* stop);

  /** Whether lanes of one block may be spread over threads. */
  virtual bool splits_lanes() const = 0;

  /** Values of one lane for a trace. what: 0 h, 1 c, 2.. gate. */
  virtual float activation(Index layer, Index cell, Index t, int what, Index unit) const = 0;

  std::vector<double> losses;         // [width] cross-entropy of each lane
  std::vector<int32_t> predictions;   // [width]
  const double* logits() const { return logits_.data(); }  // [K][width]

 protected:
  virtual bool refresh_cells(const std::atomic<int32_t>* stop) = 0;
  virtual void make_room(Index steps) = 0;
  virtual void begin_gradients() = 0;
  virtual bool finish_cells(const std::atomic<int32_t>* stop) = 0;
  /** Output panel of a layer at t: [H][width]. */
  virtual const float* output(Index layer, Index t) const = 0;

  /** Register a cell that reads the embedding through columns [col, col + E), for each col0, of its input weights. */
  int add_table(const Parameter& weight, Index rows, const std::vector<Index>& col0, const float* bias);
  RowStart table_start(int table, Index t, Index first_vector) const;
  void fill_table_index(TokenTable& table, const Block& block);
  /** Add gate gradients of timestep t, from the last down to 0, to the sums of their tokens; rows in groups of 16. */
  void scatter_tokens(TokenTable& table, const float* dg, const Block& block, Index t, Index group_begin,
                      Index group_end);

  const Network& network_;
  const Parameters& parameters_;
  const Kernels& k_;
  const Index width_;
  const Block* block_ = nullptr;
  GradientSink sink_{};
  std::vector<std::unique_ptr<TokenTable>> tables_;
  bool small_tables_ = true;        // at most 32 tokens in the block
  std::vector<Index> inject_row_;   // [layers] first row of the layer in inject_, or -1
  Array<float> inject_;             // [rows][width] gradient of the loss by the last outputs of read layers
  Index capacity_ = 0;              // timesteps there is room for

 private:
  bool compute_table(TokenTable& table, const std::atomic<int32_t>* stop);
  void inject_row(Index row, Index first, Index end, float* to, bool add);
  void lane_loss(const Block& block, Index lane, bool train);
  void finish_readout();
  bool finish_table(TokenTable& table, const std::atomic<int32_t>* stop);
  bool finish_table_product(TokenTable& table, Product& product, const std::atomic<int32_t>* stop);

  Index readout_size_ = 0;
  Index linear_weight_at_ = 0, linear_bias_at_ = 0;
  const float* linear_weight_ = nullptr;  // [K][R]
  const float* linear_bias_ = nullptr;    // [K]
  Array<float> readout_;                  // [R][width]
  // In double: gradients of a balanced batch nearly cancel, and this layer is a thousandth of the work.
  Array<double> logits_, logits_gradient_;  // [K][width]
  Array<float> embedded_;           // [chunk][E][32]
  Array<float> embedded_gradient_;  // the same for one table
  Index chunks_ = 0;
};

/** The executor that suits the network. `order`: 0 choose, 1 layered, 2 sweep. Throws Stopped when `stop` is set. */
std::unique_ptr<Executor> make_executor(const Network& network, const Parameters& parameters, const Kernels& kernels,
                                        Index lanes, int order, const std::atomic<int32_t>* stop);
/** Whether a network of many small cells is better run timestep by timestep. */
bool prefers_sweep(const Network& network);

}  // namespace lacuna
