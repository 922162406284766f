// Layer-by-layer execution: every cell runs through all timesteps before the next cell starts. For networks whose
// layers are large enough to fill register tiles.
#pragma once
#include "executor.h"

namespace lacuna {

/** Panels of consecutive timesteps. */
struct Series {
  float* data = nullptr;  // panel of t = 0
  Index step = 0;
  float* at(Index t) const { return data + t * step; }
};

/** A column block of a cell's input weights: what it reads from one earlier layer. */
struct SourceBlock {
  int layer;
  Product product;
  bool first_writer = false;  // the first to write that layer's gradient in the backward order
};

struct LayeredCell {
  Index layer = 0, cell = 0, units = 0;
  Index rows = 0;                    // panel rows
  std::vector<SourceBlock> sources;  // without the embedding
  std::vector<Product> recurrent;    // one, or for a GRU two: r z and n
  int table = -1;                    // token table of a cell that reads the embedding
  Index weight_ih = 0, bias_ih = 0, bias_hh = 0;  // parameter indices
  Array<float> bias;                 // [rows] sums as the panel wants them
  Array<float> bias_lanes, bias_sums;
  Series h, gates, c, tanh_c;
  float *dh = nullptr, *dc = nullptr;
};

class Layered : public Executor {
 public:
  Layered(const Network& network, const Parameters& parameters, const Kernels& kernels, Index width,
          const std::atomic<int32_t>* stop);
  bool forward(const Block& block, LaneRange lanes, const std::atomic<int32_t>* stop) override;
  bool backward(const Block& block, LaneRange lanes, bool accumulate, const std::atomic<int32_t>* stop) override;
  bool accumulate(const Block& block, int part, int parts, const std::atomic<int32_t>* stop) override;
  bool splits_lanes() const override { return true; }
  float activation(Index layer, Index cell, Index t, int what, Index unit) const override;

 protected:
  bool refresh_cells(const std::atomic<int32_t>* stop) override;
  void make_room(Index steps) override;
  void begin_gradients() override {}
  bool finish_cells(const std::atomic<int32_t>* stop) override;
  const float* output(Index layer, Index t) const override { return outputs_[static_cast<std::size_t>(layer)].at(t); }

 private:
  /** Timesteps whose inputs are multiplied together: each weight is then read once for all of them. */
  static constexpr Index kChunk = 4;

  void add_cell(Index layer, Index cell);
  void refresh_bias(LayeredCell& cell);
  /** Input products of timesteps [t0, t1); nothing for a cell that reads only the embedding. */
  void inputs_forward(LayeredCell& cell, Index t0, Index t1, LaneRange lanes);
  void recurrent_forward(LayeredCell& cell, Index t, LaneRange lanes);
  void gates_forward(LayeredCell& cell, Index t, LaneRange lanes);
  void backward_step(LayeredCell& cell, const Block& block, Index t, LaneRange lanes);
  bool inputs_backward(LayeredCell& cell, const Block& block, LaneRange lanes, const std::atomic<int32_t>* stop);
  bool accumulate_cell(LayeredCell& cell, const Block& block, int part, int parts, const std::atomic<int32_t>* stop);
  /** The gradient of one product in slices of rows, so that the stop flag is looked at often enough. */
  bool accumulate_product(Product& product, Series g, Series x, Index steps, const Block& block, int part, int parts,
                          const std::atomic<int32_t>* stop);
  RowStart first_start(const LayeredCell& cell, Index t, LaneRange lanes) const;
  bool is_rnn() const { return network_.cell == Cell::kTanh || network_.cell == Cell::kRelu; }

  std::vector<std::unique_ptr<LayeredCell>> cells_;
  std::vector<std::vector<LayeredCell*>> by_layer_;
  std::vector<Series> outputs_;    // [layers]
  std::vector<Series> doutputs_;   // [layers] gradient from later layers; data null without readers
  std::vector<uint8_t> has_reader_;
  Array<float> arena_;
};

}  // namespace lacuna
