// A network with its weights: training passes, evaluation, gradients and traces. Not safe for concurrent calls.
#pragma once
#include <memory>
#include <vector>

#include "batch.h"
#include "control.h"
#include "executor.h"
#include "parameters.h"
#include "team.h"

namespace lacuna {

struct OptimizerOptions {
  double learning_rate, beta1, beta2, epsilon, clip_norm;
};

enum class NonFinite { kNone = 0, kLoss = 1, kGradient = 2, kWeights = 3 };

struct TrainResult {
  Index batches = 0, sequences = 0, correct = 0;
  double loss_sum = 0.0, sequence_loss_sum = 0.0;
  bool stopped = false;
  NonFinite non_finite = NonFinite::kNone;
  Index non_finite_batch = 0;
};

struct EvaluateResult {
  Index sequences = 0, correct = 0;
  double loss_sum = 0.0, sequence_loss_sum = 0.0;
  bool stopped = false;
};

struct ModelOptions {
  int threads = 1;
  int order = 0;                 // 0 choose, 1 layered, 2 sweep
  float sparse_below = -1.0f;    // density under which pruned weights are skipped; or one of the two below
};
constexpr float kMeasuredLimits = -1.0f;  // densities measured once in a process
constexpr float kConstantLimits = -2.0f;  // densities the kernels were built with

class Model {
 public:
  Model(Network network, const ParameterValues& values, const Kernels& kernels, ModelOptions options);

  TrainResult train(const Split& split, const uint32_t* order, Index count, Index batch_size,
                    const OptimizerOptions& options, Control* control);
  /** `predictions` may be null. */
  EvaluateResult evaluate(const Split& split, const uint32_t* order, Index count, Index batch_size,
                          uint16_t* predictions, Control* control);
  /** Gradient of the mean loss of one batch, in canonical layout; changes no weight. */
  double gradients(const Split& split, const uint32_t* order, Index count, const std::vector<float*>& out);
  /** Run one sequence; activations are then read with `activation`. */
  void trace(const Split& split);
  float activation(Index layer, Index cell, Index t, int what, Index unit) const;
  float logit(Index k) const;

  const Network& network() const { return network_; }
  const Parameters& parameters() const { return parameters_; }
  const Kernels& kernels() const { return k_; }

 private:
  struct Batch {
    const Split* split;
    const uint32_t* order;
    Index count;
  };
  struct BatchLoss {
    double sum = 0.0;  // over sequences
    Index correct = 0;
  };
  /** Executors whose panels suit batches of `lanes` sequences; false when stopped before there are any. */
  bool plan(Index lanes, const std::atomic<int32_t>* stop);
  bool refresh(Executor& executor, int which, const std::atomic<int32_t>* stop);
  /** Forward (and with `train` backward) of all blocks; false when stopped. Gradients end up in gradient_[0]. */
  bool run_batch(const Batch& batch, bool train, const std::atomic<int32_t>* stop, Team& team, BatchLoss& loss);
  bool run_block_pair(const Batch& batch, Index block, bool train, const std::atomic<int32_t>* stop, Team& team,
                      BatchLoss& loss);
  bool run_single_block(bool train, const std::atomic<int32_t>* stop, Team& team);
  void collect(const Executor& executor, const Block& block, BatchLoss& loss, uint16_t* predictions) const;
  void number_batch_tokens(const Batch& batch);
  void add_second_gradient();
  double gradient_norm();
  bool apply_adam(double norm, const OptimizerOptions& options);
  GradientSink sink(int which, bool fresh);

  Network network_;
  const Kernels& k_;
  ModelOptions options_;
  Parameters parameters_;
  Index width_ = 0;
  std::unique_ptr<Executor> executors_[2];
  bool stale_[2] = {true, true};
  Block blocks_[2];
  Array<float> gradient_[2];            // flat; the second collects odd blocks
  Array<float> embedding_gradient_[2];  // [batch tokens][stride]
  bool second_used_ = false;
  std::vector<int32_t> batch_tokens_;
  Array<int32_t> batch_row_;  // [V] token -> row in embedding_gradient_, -1 when absent
  Index batch_steps_ = 0;
  uint16_t* predictions_ = nullptr;
};

}  // namespace lacuna
