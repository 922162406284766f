// Timestep-by-timestep execution of a whole network as one flat program: for hundreds of tiny cells, where a pass per
// layer would be all overhead. Live weights are entry lists; dense recurrent matrices are simply full lists.
//
// One slot per timestep holds every row of the network ([row][width]): per cell h, gate rows, for LSTM c, tanh c and
// the carried gradient, for GRU the carried gradient; per layer of several cells its output and its gradient. An
// entry's offset is relative to the slot, so the state of the timestep before is simply a negative offset.
#pragma once
#include "executor.h"

namespace lacuna {

class Sweep : public Executor {
 public:
  Sweep(const Network& network, const Parameters& parameters, const Kernels& kernels, Index width,
        const std::atomic<int32_t>* stop);
  bool forward(const Block& block, LaneRange lanes, const std::atomic<int32_t>* stop) override;
  bool backward(const Block& block, LaneRange lanes, bool accumulate, const std::atomic<int32_t>* stop) override;
  bool accumulate(const Block&, int, int, const std::atomic<int32_t>*) override { return true; }
  bool splits_lanes() const override { return false; }
  float activation(Index layer, Index cell, Index t, int what, Index unit) const override;

 protected:
  bool refresh_cells(const std::atomic<int32_t>* stop) override;
  void make_room(Index steps) override;
  void begin_gradients() override;
  bool finish_cells(const std::atomic<int32_t>* stop) override;
  const float* output(Index layer, Index t) const override;

 private:
  /** Rows of one cell inside a slot. */
  struct CellRows {
    Index layer, cell, units;
    Index h, gates, c, tanh_c, carry;
    Index bias;   // first row in the bias arrays
    Index units_at;  // first unit in units_
    int table;
    Index weight_ih;
  };
  /** Live value of a weight matrix: column, and its position + 1 in the flat weights. */
  struct LiveValue {
    Index col;
    uint32_t source;
  };
  /** By layer and unit: entries over the gate-gradient rows that read it, and where their values come from. */
  using Readers = std::vector<std::vector<std::vector<SparseEntry>>>;
  using ReaderSources = std::vector<std::vector<std::vector<uint32_t>>>;
  std::vector<std::vector<LiveValue>> live_rows(const Parameter& parameter) const;
  void lay_out_rows();
  void add_table_of(CellRows& cell);
  void compile_forward(const std::atomic<int32_t>* stop);
  void compile_forward_cell(CellRows& cell);
  void compile_backward(const std::atomic<int32_t>* stop);
  void compile_backward_cell(const CellRows& cell, const Readers& readers, const ReaderSources& sources);
  int32_t row_offset(Index row) const { return static_cast<int32_t>(row * width_ * 4); }
  float* slot(Index t) { return arena_.data() + (t + 1) * slot_floats_; }
  const float* slot(Index t) const { return arena_.data() + (t + 1) * slot_floats_; }
  SweepProgram program(const Block& block);
  Index gate_rows() const { return network_.panel_gates(); }

  std::vector<CellRows> cells_;
  std::vector<Index> output_row_, gradient_row_;  // [layers]; gradient row -1 for a layer of one cell
  Index slot_rows_ = 0, slot_floats_ = 0, bias_rows_ = 0;
  std::vector<SweepUnit> units_;
  std::vector<SweepNode> nodes_;
  std::vector<SweepLayer> layers_;
  std::vector<SparseEntry> entries_, back_entries_, node_entries_;
  std::vector<uint32_t> sources_, back_sources_;  // flat index + 1, 0 for a constant
  std::vector<SweepTable> table_views_;
  Array<float> bias_, bias_lanes_, bias_totals_, bias_sums_;  // [gate rows], or [gate rows][16]
  Array<float> lanes_, sums_;                                 // the same of entries
  Array<float> arena_;
};

}  // namespace lacuna
