// Batches, blocks, threads and the optimizer step.
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

/** Executors whose panels suit batches of `lanes` sequences. */
void Model::plan(Index lanes) {
  const bool wide_enough = executors_[0] != nullptr && (width_ >= lanes || width_ >= (executors_[0]->splits_lanes() ? 32 : 64));
  const bool too_wide = executors_[0] != nullptr && width_ > kLanes && lanes <= kLanes;
  if (wide_enough && !too_wide) return;
  for (int i = 0; i < 2; ++i) {
    executors_[i] = make_executor(network_, parameters_, k_, lanes, options_.order);
    stale_[i] = true;
    if (options_.threads < 2) break;
  }
  width_ = executors_[0]->width();
}

void Model::refresh(Executor& executor, int which) {
  if (!stale_[which]) return;
  executor.refresh();
  stale_[which] = false;
}

GradientSink Model::sink(int which, bool fresh) {
  return {gradient_[which].data(), embedding_gradient_[which].data(), batch_row_.data(), fresh};
}

void Model::number_batch_tokens(const Batch& batch) {
  for (const int32_t token : batch_tokens_) batch_row_[token] = -1;
  batch_tokens_.clear();
  const auto add = [&](int32_t token) {
    if (batch_row_[token] >= 0) return;
    batch_row_[token] = static_cast<int32_t>(batch_tokens_.size());
    batch_tokens_.push_back(token);
  };
  for (Index i = 0; i < batch.count; ++i) {
    const uint32_t n = batch.order[i];
    for (uint32_t at = batch.split->offsets[n]; at < batch.split->offsets[n + 1]; ++at) add(batch.split->tokens[at]);
    if (batch.split->length(n) < batch_steps_) add(0);
  }
  const Index values = static_cast<Index>(batch_tokens_.size()) * parameters_.embedding_stride;
  const bool two = batch.count > width_;
  for (int i = 0; i < (two ? 2 : 1); ++i) {
    embedding_gradient_[i].reserve(values);
    std::fill_n(embedding_gradient_[i].data(), values, 0.0f);
  }
}

/** A single block on one or two threads: lanes are shared out forward and backward, rows for the gradients. */
bool Model::run_single_block(bool train, const std::atomic<int32_t>* stop, Team& team) {
  Executor& executor = *executors_[0];
  Block& block = blocks_[0];
  refresh(executor, 0);
  const GradientSink target = sink(0, true);
  executor.begin(block, train ? &target : nullptr);
  const int threads = executor.splits_lanes() && block.vectors >= 2 ? team.threads() : 1;
  if (threads == 1) {
    const LaneRange all = {0, block.vectors};
    if (!executor.forward(block, all, stop)) return false;
    executor.readout(block, all, train);
    if (!train) return true;
    if (!executor.backward(block, all, true, stop)) return false;
  } else {
    std::atomic<bool> stopped{false};
    team.run([&](int thread) {
      const LaneRange half = {thread, 1};
      if (!executor.forward(block, half, stop)) {
        stopped.store(true);
        return;
      }
      executor.readout(block, half, train);
      if (train && !executor.backward(block, half, false, stop)) stopped.store(true);
    });
    if (stopped.load()) return false;
    if (!train) return true;
    team.run([&](int thread) {
      if (!executor.accumulate(block, thread, threads, stop)) stopped.store(true);
    });
    if (stopped.load()) return false;
  }
  executor.finish();
  return true;
}

/** Blocks `block` and `block + 1` (where it exists), even blocks into the first gradient, odd into the second. */
bool Model::run_block_pair(const Batch& batch, Index block, bool train, const std::atomic<int32_t>* stop, Team& team,
                           BatchLoss& loss) {
  const Index pair = (block + 1) * width_ < batch.count ? 2 : 1;
  std::atomic<bool> stopped{false};
  const auto fill = [&](Index i) {
    const Index first = (block + i) * width_;
    blocks_[i].fill(*batch.split, batch.order + first, std::min(width_, batch.count - first), width_, batch_steps_,
                    network_.mask_padding, batch.count);
  };
  const auto work = [&](Index i, int which) {
    Executor& executor = *executors_[which];
    refresh(executor, which);
    fill(i);
    const GradientSink target = sink(static_cast<int>(i), block == 0);
    executor.begin(blocks_[i], train ? &target : nullptr);
    const LaneRange all = {0, blocks_[i].vectors};
    bool ok = executor.forward(blocks_[i], all, stop);
    if (ok) executor.readout(blocks_[i], all, train);
    if (ok && train) ok = executor.backward(blocks_[i], all, true, stop);
    if (!ok) {
      stopped.store(true);
    } else if (train) {
      executor.finish();
    }
  };
  if (team.threads() == 1 || pair == 1) {
    for (Index i = 0; i < pair && !stopped.load(); ++i) {
      work(i, 0);
      uint16_t* out = predictions_ == nullptr ? nullptr : predictions_ + (block + i) * width_;
      if (!stopped.load()) collect(*executors_[0], blocks_[i], loss, out);
    }
    return !stopped.load();
  }
  team.run([&](int thread) { work(thread, thread); });
  if (stopped.load()) return false;
  for (Index i = 0; i < pair; ++i) {
    uint16_t* out = predictions_ == nullptr ? nullptr : predictions_ + (block + i) * width_;
    collect(*executors_[i], blocks_[i], loss, out);
  }
  return true;
}

void Model::collect(const Executor& executor, const Block& block, BatchLoss& loss, uint16_t* predictions) const {
  for (Index lane = 0; lane < block.lanes; ++lane) {
    const std::size_t at = static_cast<std::size_t>(lane);
    loss.sum += executor.losses[at];
    loss.correct += executor.predictions[at] == block.labels[at];
    if (predictions != nullptr) predictions[lane] = static_cast<uint16_t>(executor.predictions[at]);
  }
}

bool Model::run_batch(const Batch& batch, bool train, const std::atomic<int32_t>* stop, Team& team, BatchLoss& loss) {
  batch_steps_ = longest(*batch.split, batch.order, batch.count);
  if (train) number_batch_tokens(batch);
  second_used_ = batch.count > width_;
  if (!second_used_) {
    blocks_[0].fill(*batch.split, batch.order, batch.count, width_, batch_steps_, network_.mask_padding, batch.count);
    if (!run_single_block(train, stop, team)) return false;
    collect(*executors_[0], blocks_[0], loss, predictions_);
  } else {
    for (Index block = 0; block * width_ < batch.count; block += 2) {
      if (!run_block_pair(batch, block, train, stop, team, loss)) return false;
    }
  }
  if (train && second_used_) add_second_gradient();
  return true;
}

void Model::add_second_gradient() {
  float* g = gradient_[0].data();
  const float* other = gradient_[1].data();
  for (Index i = 0; i < parameters_.flat_size; ++i) g[i] += other[i];
  float* e = embedding_gradient_[0].data();
  const float* other_e = embedding_gradient_[1].data();
  const Index values = static_cast<Index>(batch_tokens_.size()) * parameters_.embedding_stride;
  for (Index i = 0; i < values; ++i) e[i] += other_e[i];
}

double Model::gradient_norm() {
  double sums[16] = {};
  for (const FlatRun& run : parameters_.runs) {
    k_.sum_squares(gradient_[0].data() + run.at, run.keep, run.count, sums);
  }
  k_.sum_squares(embedding_gradient_[0].data(), nullptr,
                 static_cast<Index>(batch_tokens_.size()) * parameters_.embedding_stride, sums);
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return std::sqrt(total);
}

bool Model::apply_adam(double norm, const OptimizerOptions& o) {
  parameters_.step += 1;
  parameters_.touch(batch_tokens_);
  const double t = static_cast<double>(parameters_.step);
  const double clip = std::isinf(o.clip_norm) ? 1.0 : std::min(1.0, o.clip_norm / (norm + 1e-6));
  AdamFactors f{};
  f.clip = static_cast<float>(clip);
  f.beta1 = static_cast<float>(o.beta1);
  f.beta2 = static_cast<float>(o.beta2);
  f.one_minus_beta1 = static_cast<float>(1.0 - o.beta1);
  f.one_minus_beta2 = static_cast<float>(1.0 - o.beta2);
  f.step_size = static_cast<float>(o.learning_rate / (1.0 - std::pow(o.beta1, t)));
  f.inverse_root_correction = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(o.beta2, t)));
  f.epsilon = static_cast<float>(o.epsilon);
  alignas(64) float bad[16] = {};
  Parameters& p = parameters_;
  for (const FlatRun& r : p.runs) {
    const float* g = gradient_[0].data() + r.at;
    k_.adam(p.w.data() + r.at, p.m.data() + r.at, p.v.data() + r.at, g, r.keep, r.count, f, bad);
  }
  const Index stride = p.embedding_stride;
  for (const int32_t row : p.touched) {
    const int32_t at = batch_row_[row];
    const float* g = at < 0 ? nullptr : embedding_gradient_[0].data() + at * stride;
    k_.adam(p.embedding_w.data() + row * stride, p.embedding_m.data() + row * stride,
            p.embedding_v.data() + row * stride, g, nullptr, stride, f, bad);
  }
  stale_[0] = stale_[1] = true;
  bool finite = true;
  for (const float b : bad) finite = finite && std::isfinite(b);
  return finite;
}

TrainResult Model::train(const Split& split, const uint32_t* order, Index count, Index batch_size,
                         const OptimizerOptions& options, Control* control) {
  const FlushDenormals flush;
  const std::atomic<int32_t>* stop = control == nullptr ? nullptr : control->stop();
  plan(std::min(batch_size, count));
  Team team(options_.threads);
  predictions_ = nullptr;
  TrainResult result;
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
  plan(std::min(batch_size, count));
  Team team(options_.threads);
  EvaluateResult result;
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
  plan(count);
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
  plan(1);
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
