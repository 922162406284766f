// Passes over data: training, evaluation, gradients of one batch, traces.
#include "model.h"

#include <algorithm>
#include <cmath>

#include "calibrate.h"
#include "denormals.h"

namespace lacuna {

namespace {
CompactBelow compact_below(const Network& network, const ParameterValues& values, const Kernels& kernels,
                           const ModelOptions& options) {
  if (options.sparse_below >= 0.0f) return {options.sparse_below, options.sparse_below};
  const bool sweep = options.order == 2 || (options.order == 0 && prefers_sweep(network));
  if (sweep) return {2.0f, 2.0f};  // a sweep skips every pruned weight whatever the density
  CompactBelow below = {kernels.sparse_below, kernels.sparse_below_large};
  if (options.sparse_below == kConstantLimits) return below;
  const std::vector<ParameterShape> shapes = parameter_shapes(network);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (values.masks[i] == nullptr) continue;
    const bool large = shapes[i].count() > CompactBelow::kLarge;
    (large ? below.large : below.small) = measured_sparse_below(kernels, large);
  }
  return below;
}
}  // namespace

Model::Model(Network network, const ParameterValues& values, const Kernels& kernels, ModelOptions options)
    : network_(std::move(network)),
      k_(kernels),
      options_(options),
      parameters_(network_, values, compact_below(network_, values, kernels, options)) {
  for (Array<float>& g : gradient_) g.resize(parameters_.flat_size);
  for (Block& block : blocks_) block.prepare(network_.vocabulary);
  batch_row_.resize(network_.vocabulary);
  for (Index i = 0; i < network_.vocabulary; ++i) batch_row_[i] = -1;
}

bool Model::plan(Index lanes, const std::atomic<int32_t>* stop) {
  const bool wide_enough = executors_[0] != nullptr && (width_ >= lanes || width_ >= (executors_[0]->splits_lanes() ? 32 : 64));
  const bool too_wide = executors_[0] != nullptr && width_ > kLanes && lanes <= kLanes;
  if (wide_enough && !too_wide) return true;
  std::unique_ptr<Executor> fresh[2];
  try {
    for (int i = 0; i < options_.threads; ++i) {
      fresh[i] = make_executor(network_, parameters_, k_, lanes, options_.order, stop);
    }
  } catch (const Stopped&) {
    return false;
  }
  for (int i = 0; i < 2; ++i) {
    executors_[i] = std::move(fresh[i]);
    stale_[i] = true;
  }
  width_ = executors_[0]->width();
  return true;
}

TrainResult Model::train(const Split& split, const uint32_t* order, Index count, Index batch_size,
                         const OptimizerOptions& options, Control* control) {
  const FlushDenormals flush;
  const std::atomic<int32_t>* stop = control == nullptr ? nullptr : control->stop();
  TrainResult result;
  if (!plan(std::min(batch_size, count), stop)) {
    result.stopped = true;
    return result;
  }
  Team team(options_.threads);
  predictions_ = nullptr;
  const auto fail = [&](NonFinite what) {
    result.non_finite = what;
    result.non_finite_batch = result.batches;
    return result;
  };
  for (Index first = 0; first < count; first += batch_size) {
    const Batch batch = {&split, order + first, std::min(batch_size, count - first)};
    BatchLoss loss;
    if (stop_requested(stop) || !run_batch(batch, true, stop, team, loss)) {
      result.stopped = true;
      return result;
    }
    if (!std::isfinite(loss.sum)) return fail(NonFinite::kLoss);
    const double norm = gradient_norm();
    if (!std::isfinite(norm)) return fail(NonFinite::kGradient);
    if (stop_requested(stop)) {
      result.stopped = true;
      return result;
    }
    if (!apply_adam(norm, options)) return fail(NonFinite::kWeights);
    const double mean = loss.sum / static_cast<double>(batch.count);
    if (control != nullptr) control->write(result.batches, mean, norm, loss.correct);
    result.batches += 1;
    result.sequences += batch.count;
    result.correct += loss.correct;
    result.loss_sum += mean;
    result.sequence_loss_sum += loss.sum;
  }
  return result;
}

EvaluateResult Model::evaluate(const Split& split, const uint32_t* order, Index count, Index batch_size,
                               uint16_t* predictions, Control* control) {
  const FlushDenormals flush;
  const std::atomic<int32_t>* stop = control == nullptr ? nullptr : control->stop();
  EvaluateResult result;
  if (!plan(std::min(batch_size, count), stop)) {
    result.stopped = true;
    return result;
  }
  Team team(options_.threads);
  for (Index first = 0; first < count; first += batch_size) {
    const Batch batch = {&split, order + first, std::min(batch_size, count - first)};
    BatchLoss loss;
    predictions_ = predictions == nullptr ? nullptr : predictions + first;
    if (stop_requested(stop) || !run_batch(batch, false, stop, team, loss)) {
      result.stopped = true;
      break;
    }
    result.sequences += batch.count;
    result.correct += loss.correct;
    result.loss_sum += loss.sum / static_cast<double>(batch.count);
    result.sequence_loss_sum += loss.sum;
  }
  predictions_ = nullptr;
  return result;
}

double Model::gradients(const Split& split, const uint32_t* order, Index count, const std::vector<float*>& out) {
  const FlushDenormals flush;
  plan(count, nullptr);
  Team team(options_.threads);
  predictions_ = nullptr;
  BatchLoss loss;
  run_batch({&split, order, count}, true, nullptr, team, loss);
  const ParameterShape& embedding = parameters_.at(0).shape;
  std::fill_n(out[0], embedding.count(), 0.0f);
  for (std::size_t i = 0; i < batch_tokens_.size(); ++i) {
    const float* from = embedding_gradient_[0].data() + static_cast<Index>(i) * parameters_.embedding_stride;
    std::copy(from, from + embedding.cols, out[0] + batch_tokens_[i] * embedding.cols);
  }
  for (std::size_t i = 1; i < out.size(); ++i) {
    parameters_.expand(static_cast<Index>(i), gradient_[0].data(), out[i]);
  }
  return loss.sum / static_cast<double>(count);
}

void Model::trace(const Split& split) {
  const FlushDenormals flush;
  plan(1, nullptr);
  Team team(1);
  const uint32_t order = 0;
  BatchLoss loss;
  predictions_ = nullptr;
  run_batch({&split, &order, 1}, false, nullptr, team, loss);
}

float Model::activation(Index layer, Index cell, Index t, int what, Index unit) const {
  return executors_[0]->activation(layer, cell, t, what, unit);
}

float Model::logit(Index k) const { return static_cast<float>(executors_[0]->logits()[k * width_]); }

}  // namespace lacuna
