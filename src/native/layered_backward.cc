// The backward pass of layer-by-layer execution, and the gradients of the parameters.
#include "layered.h"

#include <algorithm>

namespace lacuna {

/** Multiplications between two looks at the stop flag: about 10 ms of dense work on a slow core. */
static constexpr double kWorkBetweenLooks = 1 << 28;

void Layered::backward_step(LayeredCell& cell, const Block& block, Index t, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  const std::size_t layer = static_cast<std::size_t>(cell.layer);
  float* dh = cell.dh + lane;
  float* gates = cell.gates.at(t) + lane;
  const float* dout = has_reader_[layer] != 0 ? doutputs_[layer].at(t) + lane : nullptr;
  if (inject_row_[layer] >= 0 && block.any_end[static_cast<std::size_t>(t)] != 0) {
    k_.add_rows(dh, inject_.data() + inject_row_[layer] * width_ + lane, block.ends.data() + t * width_ + lane,
                cell.units, width_, lanes.count);
  }
  Start carry = Start::kZero;
  switch (network_.cell) {
    case Cell::kTanh:
    case Cell::kRelu:
      k_.rnn_backward({cell.units, width_, lanes.count, network_.cell == Cell::kRelu, cell.h.at(t) + lane, dout, dh,
                       gates});
      break;
    case Cell::kLstm:
      k_.lstm_backward({cell.units, width_, lanes.count, gates, cell.c.at(t - 1) + lane, cell.tanh_c.at(t) + lane, dout,
                        dh, cell.dc + lane});
      break;
    case Cell::kGru:
      k_.gru_backward({cell.units, width_, lanes.count, gates, cell.h.at(t - 1) + lane, dout, dh});
      carry = Start::kAccumulate;
      break;
  }
  if (t == 0) return;
  for (const Product& product : cell.recurrent) {
    product.backward(gates, carry, dh, lanes.count);
    carry = Start::kAccumulate;
  }
}

bool Layered::backward(const Block& block, LaneRange lanes, bool accumulate, const std::atomic<int32_t>* stop) {
  const Index lane = lanes.first * kLanes;
  RowStart zero;
  zero.kind = Start::kZero;
  for (auto owned = cells_.rbegin(); owned != cells_.rend(); ++owned) {
    LayeredCell& cell = **owned;
    k_.start_rows(cell.units, zero, Finish::kStore, cell.dh + lane, width_, lanes.count);
    if (cell.dc != nullptr) k_.start_rows(cell.units, zero, Finish::kStore, cell.dc + lane, width_, lanes.count);
    for (Index t = block.steps - 1; t >= 0; --t) {
      if (stop_requested(stop)) return false;
      backward_step(cell, block, t, lanes);
    }
    if (!inputs_backward(cell, block, lanes, stop)) return false;
    if (accumulate && !accumulate_cell(cell, block, 0, 1, stop)) return false;
  }
  return true;
}

bool Layered::inputs_backward(LayeredCell& cell, const Block& block, LaneRange lanes,
                              const std::atomic<int32_t>* stop) {
  const Index lane = lanes.first * kLanes;
  for (const SourceBlock& source : cell.sources) {
    const Series& dx = doutputs_[static_cast<std::size_t>(source.layer)];
    const Start start = source.first_writer ? Start::kZero : Start::kAccumulate;
    for (Index t = 0; t < block.steps; t += kChunk) {
      if (stop_requested(stop)) return false;
      const Steps steps = {std::min(kChunk, block.steps - t), cell.gates.step, dx.step};
      source.product.backward(cell.gates.at(t) + lane, start, dx.at(t) + lane, lanes.count, steps);
    }
  }
  return true;
}

bool Layered::accumulate(const Block& block, int part, int parts, const std::atomic<int32_t>* stop) {
  for (auto owned = cells_.rbegin(); owned != cells_.rend(); ++owned) {
    if (!accumulate_cell(**owned, block, part, parts, stop)) return false;
  }
  return true;
}

bool Layered::accumulate_product(Product& product, Series g, Series x, Index steps, const Block& block, int part,
                                 int parts, const std::atomic<int32_t>* stop) {
  const ProductShape& shape = product.shape();
  const double work = static_cast<double>(shape.rows * shape.cols) * static_cast<double>(steps * block.vectors * kLanes);
  const double most = static_cast<double>(std::max<Index>(1, shape.rows / parts / 16));
  const int slices = static_cast<int>(std::min(most, std::max(1.0, work / parts / kWorkBetweenLooks)));
  for (int slice = 0; slice < slices; ++slice) {
    if (stop_requested(stop)) return false;
    product.gradient(g.data, g.step, x.data, x.step, steps, block.vectors, part * slices + slice, parts * slices,
                     sink_.flat, sink_.fresh);
  }
  return true;
}

bool Layered::accumulate_cell(LayeredCell& cell, const Block& block, int part, int parts,
                              const std::atomic<int32_t>* stop) {
  const Series& g = cell.gates;
  const PanelPair bias = {g.at(0), g.step, nullptr, 0, block.steps, width_, block.vectors};
  k_.gradient_bias(bias, cell.rows * part / parts, cell.rows * (part + 1) / parts, cell.bias_lanes.data());
  if (cell.table >= 0) {
    TokenTable& table = *tables_[static_cast<std::size_t>(cell.table)];
    const Index groups = table.row_stride / kLanes;
    for (Index t = block.steps - 1; t >= 0; --t) {
      scatter_tokens(table, g.at(t), block, t, groups * part / parts, groups * (part + 1) / parts);
    }
  }
  for (SourceBlock& source : cell.sources) {
    const Series& x = outputs_[static_cast<std::size_t>(source.layer)];
    if (!accumulate_product(source.product, g, x, block.steps, block, part, parts, stop)) return false;
  }
  // At t = 0 the previous state is zero and adds nothing.
  for (Product& product : cell.recurrent) {
    if (!accumulate_product(product, {g.at(1), g.step}, cell.h, block.steps - 1, block, part, parts, stop)) return false;
  }
  return true;
}

bool Layered::finish_cells(const std::atomic<int32_t>* stop) {
  for (auto& owned : cells_) {
    if (stop_requested(stop)) return false;
    LayeredCell& cell = *owned;
    k_.sum_lanes(cell.bias_lanes.data(), cell.rows, cell.bias_sums.data());
    float* ih = sink_.flat + parameters_.at(cell.bias_ih).at;
    float* hh = sink_.flat + parameters_.at(cell.bias_hh).at;
    const Index rows = network_.gates() * cell.units;
    const Index shifted = network_.cell == Cell::kGru ? 2 * cell.units : rows;
    for (Index r = 0; r < rows; ++r) {
      const float x = cell.bias_sums[r], s = cell.bias_sums[r < shifted ? r : r + cell.units];
      ih[r] = sink_.fresh ? x : ih[r] + x;
      hh[r] = sink_.fresh ? s : hh[r] + s;
    }
    for (SourceBlock& source : cell.sources) source.product.finish_gradient(sink_.flat, sink_.fresh);
    for (Product& product : cell.recurrent) product.finish_gradient(sink_.flat, sink_.fresh);
  }
  return true;
}

}  // namespace lacuna
