// The forward pass of layer-by-layer execution.
#include "layered.h"

#include <algorithm>

namespace lacuna {

RowStart Layered::first_start(const LayeredCell& cell, Index t, LaneRange lanes) const {
  if (cell.table >= 0) return table_start(cell.table, t, lanes.first);
  RowStart start;
  start.kind = Start::kBias;
  start.bias = cell.bias.data();
  return start;
}

/** Start `rows` panel rows from `first` without a product. */
static void start_panel_rows(const Kernels& k, RowStart start, Index first, Index rows, Finish finish, float* panel,
                             Index width, Index vectors) {
  if (start.bias != nullptr) start.bias += first;
  if (start.table != nullptr) start.table += first * 32;
  k.start_rows(rows, start, finish, panel + first * width, width, vectors);
}

void Layered::inputs_forward(LayeredCell& cell, Index t0, Index t1, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  RowStart start = first_start(cell, t0, lanes);
  const Series& panels = is_rnn() ? cell.h : cell.gates;
  for (const SourceBlock& source : cell.sources) {
    const Series& x = outputs_[static_cast<std::size_t>(source.layer)];
    source.product.forward(x.at(t0) + lane, start, Finish::kStore, panels.at(t0) + lane, lanes.count,
                           {t1 - t0, x.step, panels.step});
    start = RowStart{};
  }
}

void Layered::recurrent_forward(LayeredCell& cell, Index t, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  const bool started = !cell.sources.empty();
  const RowStart start = started ? RowStart{} : first_start(cell, t, lanes);
  float* panel = (is_rnn() ? cell.h : cell.gates).at(t) + lane;
  const float* h_prev = cell.h.at(t - 1) + lane;
  const Finish finish = network_.cell == Cell::kTanh   ? Finish::kTanh
                        : network_.cell == Cell::kRelu ? Finish::kRelu
                                                       : Finish::kStore;
  // At t = 0 the state is zero: only the start and the finish of the recurrent rows remain.
  if (network_.cell != Cell::kGru) {
    if (t > 0) {
      cell.recurrent[0].forward(h_prev, start, finish, panel, lanes.count);
    } else if (!started || is_rnn()) {
      start_panel_rows(k_, start, 0, cell.rows, finish, panel, width_, lanes.count);
    }
    return;
  }
  RowStart bias;
  bias.kind = Start::kBias;
  bias.bias = cell.bias.data();
  const Index units = cell.units;
  if (t > 0) {
    if (!started) start_panel_rows(k_, start, 2 * units, units, finish, panel, width_, lanes.count);
    cell.recurrent[0].forward(h_prev, start, finish, panel, lanes.count);
    cell.recurrent[1].forward(h_prev, bias, finish, panel, lanes.count);
  } else {
    if (!started) start_panel_rows(k_, start, 0, 3 * units, finish, panel, width_, lanes.count);
    start_panel_rows(k_, bias, 3 * units, units, finish, panel, width_, lanes.count);
  }
}

void Layered::gates_forward(LayeredCell& cell, Index t, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  if (network_.cell == Cell::kLstm) {
    k_.lstm_forward({cell.units, width_, lanes.count, cell.gates.at(t) + lane, cell.c.at(t - 1) + lane,
                     cell.c.at(t) + lane, cell.tanh_c.at(t) + lane, cell.h.at(t) + lane});
  } else if (network_.cell == Cell::kGru) {
    k_.gru_forward({cell.units, width_, lanes.count, cell.gates.at(t) + lane, cell.h.at(t - 1) + lane,
                    cell.h.at(t) + lane});
  }
}

bool Layered::forward(const Block& block, LaneRange lanes, const std::atomic<int32_t>* stop) {
  const Index lane = lanes.first * kLanes;
  // A frozen unit cannot overflow while the longer sequences of its block go on; only relu is unbounded.
  const bool freeze = network_.mask_padding && network_.cell == Cell::kRelu;
  for (std::size_t l = 0; l < by_layer_.size(); ++l) {
    for (LayeredCell* cell : by_layer_[l]) {
      for (Index t = 0; t < block.steps; ++t) {
        if (stop_requested(stop)) return false;
        if (t % kChunk == 0) inputs_forward(*cell, t, std::min(t + kChunk, block.steps), lanes);
        recurrent_forward(*cell, t, lanes);
        gates_forward(*cell, t, lanes);
        if (freeze && block.any_dead[static_cast<std::size_t>(t)] != 0) {
          k_.mask_rows(cell->h.at(t) + lane, block.alive.data() + t * width_ + lane, cell->units, width_, lanes.count);
        }
      }
    }
    if (by_layer_[l].size() == 1) continue;
    const Index units = network_.layers[l].size;
    RowStart zero;
    zero.kind = Start::kZero;
    for (Index t = 0; t < block.steps; ++t) {
      float* out = outputs_[l].at(t) + lane;
      k_.start_rows(units, zero, Finish::kStore, out, width_, lanes.count);
      for (LayeredCell* cell : by_layer_[l]) k_.add_rows(out, cell->h.at(t) + lane, nullptr, units, width_, lanes.count);
    }
  }
  return true;
}

}  // namespace lacuna
