// What a network is, as the engine sees it: cells, layers, readout and the list of parameters. Mirrors
// src/shared/network.ts; `parse` refuses every description that contradicts itself.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "platform.h"

namespace lacuna {

/** A failure the caller can act on. `code` is one of the error codes of src/shared/errors.ts. */
class EngineError : public std::runtime_error {
 public:
  EngineError(const char* error_code, const std::string& message) : std::runtime_error(message), code(error_code) {}
  const char* code;
};

enum class Cell { kTanh = 0, kRelu = 1, kLstm = 2, kGru = 3 };

constexpr int kEmbedding = -1;  // a source: the embedding

struct Layer {
  Index size = 0;                       // H
  std::vector<std::vector<int>> cells;  // sources of each cell: kEmbedding or an earlier layer
};

struct Network {
  Cell cell = Cell::kTanh;
  bool mask_padding = false;  // classify the state at each sequence's own last token
  Index vocabulary = 0;
  Index embedding = 0;
  Index classes = 0;
  std::vector<Layer> layers;
  std::vector<int> readout;

  /** Gates in the weights: 1, 4 or 3. */
  Index gates() const { return cell == Cell::kLstm ? 4 : cell == Cell::kGru ? 3 : 1; }
  /** Rows of the gate panel per unit: a GRU keeps the input and the state part of n apart. */
  Index panel_gates() const { return cell == Cell::kLstm || cell == Cell::kGru ? 4 : 1; }
  Index source_size(int source) const {
    return source == kEmbedding ? embedding : layers[static_cast<std::size_t>(source)].size;
  }
  Index readout_size() const;

  /**
   * Read a flat description: [cell, mask padding, V, E, K, layers, {size, cells, {sources, source...}...}...,
   * readout count, readout...].
   * @throws EngineError bad-network
   */
  static Network parse(const int32_t* data, Index count);
};

enum class Role { kEmbedding, kWeightIh, kWeightHh, kBiasIh, kBiasHh, kLinearWeight, kLinearBias };

/** One parameter array in canonical order. */
struct ParameterShape {
  Role role;
  Index layer, cell;
  Index rows, cols;
  Index count() const { return rows * cols; }
};

/** All parameters in canonical order (see parameterShapes in src/shared/network.ts). */
std::vector<ParameterShape> parameter_shapes(const Network& network);

}  // namespace lacuna
