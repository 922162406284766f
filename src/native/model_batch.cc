// One batch: its blocks, forward and backward, on one or two threads.
#include "model.h"

#include <algorithm>

namespace lacuna {

bool Model::refresh(Executor& executor, int which, const std::atomic<int32_t>* stop) {
  if (!stale_[which]) return true;
  if (!executor.refresh(stop)) return false;
  stale_[which] = false;
  return true;
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
  if (!refresh(executor, 0, stop)) return false;
  const GradientSink target = sink(0, true);
  if (!executor.begin(block, train ? &target : nullptr, stop)) return false;
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
  return executor.finish(stop);
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
  const auto compute = [&](Index i, int which) {
    Executor& executor = *executors_[which];
    if (!refresh(executor, which, stop)) return false;
    fill(i);
    const GradientSink target = sink(static_cast<int>(i), block == 0);
    if (!executor.begin(blocks_[i], train ? &target : nullptr, stop)) return false;
    const LaneRange all = {0, blocks_[i].vectors};
    if (!executor.forward(blocks_[i], all, stop)) return false;
    executor.readout(blocks_[i], all, train);
    return !train || (executor.backward(blocks_[i], all, true, stop) && executor.finish(stop));
  };
  const auto work = [&](Index i, int which) {
    if (!compute(i, which)) stopped.store(true);
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

}  // namespace lacuna
