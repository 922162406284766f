// Running the flat program of a network, timestep by timestep.
#include "sweep.h"

namespace lacuna {

namespace {

/**
 * Timesteps whose bias gradients are added up before they join the total: in one chain, later terms would be rounded at
 * the magnitude of all earlier ones. Of every live weight that would cost 3 % of a step.
 */
constexpr Index kStepsBetweenTotals = 16;

}  // namespace

bool Sweep::refresh_cells(const std::atomic<int32_t>* stop) {
  if (stop_requested(stop)) return false;
  const float* w = parameters_.w.data();
  for (std::size_t i = 0; i < entries_.size(); ++i) entries_[i].value = w[sources_[i] - 1];
  for (std::size_t i = 0; i < back_entries_.size(); ++i) {
    if (back_sources_[i] != 0) back_entries_[i].value = w[back_sources_[i] - 1];
  }
  const bool gru = network_.cell == Cell::kGru;
  for (const CellRows& cell : cells_) {
    const float* ih = w + parameters_.at(cell.weight_ih + 2).at;
    const float* hh = w + parameters_.at(cell.weight_ih + 3).at;
    float* bias = bias_.data() + cell.bias;
    const Index together = gru ? 2 * cell.units : gate_rows() * cell.units;
    for (Index r = 0; r < together; ++r) bias[r] = ih[r] + hh[r];
    for (Index u = 0; gru && u < cell.units; ++u) {
      bias[2 * cell.units + u] = ih[2 * cell.units + u];
      bias[3 * cell.units + u] = hh[2 * cell.units + u];
    }
  }
  return true;
}

void Sweep::make_room(Index steps) {
  // One slot of zeros before the first timestep, and slack because scatter_tokens reads whole groups of 16 rows.
  arena_.resize((steps + 1) * slot_floats_ + kLanes * width_);
}

const float* Sweep::output(Index layer, Index t) const {
  return slot(t) + output_row_[static_cast<std::size_t>(layer)] * width_;
}

SweepProgram Sweep::program(const Block& block) {
  table_views_.clear();
  for (const auto& table : tables_) {
    table_views_.push_back({table->values.data(), small_tables_,
                            small_tables_ ? block.slot.data() : table->index.data()});
  }
  SweepProgram p{};
  p.cell = static_cast<int>(network_.cell);
  p.units = units_.data();
  p.nodes = nodes_.data();
  p.layers = layers_.data();
  p.layer_count = static_cast<Index>(layers_.size());
  p.entries = entries_.data();
  p.back_entries = back_entries_.data();
  p.node_entries = node_entries_.data();
  p.bias = bias_.data();
  p.tables = table_views_.data();
  p.width = width_;
  p.vectors = block.vectors;
  p.inject = inject_.data();
  p.ends = block.ends.data();
  p.any_end = block.any_end.data();
  p.freeze = network_.mask_padding && network_.cell == Cell::kRelu;
  p.alive = block.alive.data();
  p.lanes = lanes_.data();
  p.bias_lanes = bias_lanes_.data();
  return p;
}

bool Sweep::forward(const Block& block, LaneRange, const std::atomic<int32_t>* stop) {
  const SweepProgram p = program(block);
  for (Index t = 0; t < block.steps; ++t) {
    if (stop_requested(stop)) return false;
    k_.sweep_forward(p, slot(t), slot_floats_ * 4, t);
  }
  return true;
}

bool Sweep::backward(const Block& block, LaneRange, bool, const std::atomic<int32_t>* stop) {
  const SweepProgram p = program(block);
  for (Index t = block.steps - 1; t >= 0; --t) {
    if (stop_requested(stop)) return false;
    const bool last = t == block.steps - 1;
    k_.sweep_backward(p, slot(t), slot_floats_ * 4, t, last);
    for (const CellRows& cell : cells_) {
      if (cell.table < 0) continue;
      TokenTable& table = *tables_[static_cast<std::size_t>(cell.table)];
      scatter_tokens(table, slot(t) + cell.gates * width_, block, t, 0, table.row_stride / kLanes);
    }
    if (t == 0 || (block.steps - t) % kStepsBetweenTotals == 0) {
      k_.drain_rows(bias_totals_.data(), bias_lanes_.data(), bias_rows_, kLanes, 1);
    }
  }
  return true;
}

void Sweep::begin_gradients() {
  for (Array<float>* sums : {&lanes_, &bias_lanes_, &bias_totals_}) sums->zero();
}

bool Sweep::finish_cells(const std::atomic<int32_t>* stop) {
  if (stop_requested(stop)) return false;
  k_.sum_lanes(lanes_.data(), static_cast<Index>(entries_.size()), sums_.data());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    float& out = sink_.flat[sources_[i] - 1];
    const float sum = sums_[static_cast<Index>(i)];
    out = sink_.fresh ? sum : out + sum;
  }
  k_.sum_lanes(bias_totals_.data(), bias_rows_, bias_sums_.data());
  for (const CellRows& cell : cells_) {
    float* ih = sink_.flat + parameters_.at(cell.weight_ih + 2).at;
    float* hh = sink_.flat + parameters_.at(cell.weight_ih + 3).at;
    const float* sums = bias_sums_.data() + cell.bias;
    const Index rows = network_.gates() * cell.units;
    const Index shifted = network_.cell == Cell::kGru ? 2 * cell.units : rows;
    for (Index r = 0; r < rows; ++r) {
      const float x = sums[r], s = sums[r < shifted ? r : r + cell.units];
      ih[r] = sink_.fresh ? x : ih[r] + x;
      hh[r] = sink_.fresh ? s : hh[r] + s;
    }
  }
  return true;
}

float Sweep::activation(Index layer, Index cell, Index t, int what, Index unit) const {
  for (const CellRows& c : cells_) {
    if (c.layer != layer || c.cell != cell) continue;
    const Index row = what == 0 ? c.h + unit : what == 1 ? c.c + unit : c.gates + (what - 2) * c.units + unit;
    return slot(t)[row * width_];
  }
  return 0.0f;
}

}  // namespace lacuna
