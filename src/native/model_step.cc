// The end of a batch: gradients of its two halves together, their norm, clipping and Adam.
#include "model.h"

#include <algorithm>
#include <cmath>

namespace lacuna {

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

}  // namespace lacuna
