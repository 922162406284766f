// Storage of weights and moments: canonical arrays in, flat (and where pruned, compact) arrays inside.
#include "parameters.h"

namespace lacuna {

namespace {

void adopt_mask(Parameter& p, const uint8_t* mask, CompactBelow compact_below) {
  const Index count = p.shape.count();
  p.mask.assign(static_cast<std::size_t>(padded(count)), 0);
  Index live = 0;
  for (Index i = 0; i < count; ++i) {
    p.mask[static_cast<std::size_t>(i)] = mask[i];
    live += mask[i] != 0;
  }
  const bool matrix = p.shape.role == Role::kWeightIh || p.shape.role == Role::kWeightHh;
  p.compact = matrix && static_cast<float>(live) < compact_below.of(count) * static_cast<float>(count);
  if (!p.compact) return;
  p.live.reserve(static_cast<std::size_t>(live));
  for (Index i = 0; i < count; ++i) {
    if (p.mask[static_cast<std::size_t>(i)] != 0) p.live.push_back(static_cast<uint32_t>(i));
  }
}

void copy_rows(const float* from, Index from_stride, float* to, Index to_stride, Index rows, Index cols) {
  for (Index r = 0; r < rows; ++r) {
    for (Index c = 0; c < cols; ++c) to[r * to_stride + c] = from[r * from_stride + c];
  }
}

}  // namespace

Parameters::Parameters(const Network& network, const ParameterValues& values, CompactBelow compact_below) {
  for (const ParameterShape& shape : parameter_shapes(network)) {
    Parameter p;
    p.shape = shape;
    const std::size_t i = list.size();
    if (values.masks[i] != nullptr) adopt_mask(p, values.masks[i], compact_below);
    p.stored = p.compact ? static_cast<Index>(p.live.size()) : shape.count();
    if (shape.role != Role::kEmbedding) {
      p.at = flat_size;
      flat_size += padded(p.stored);
    }
    list.push_back(std::move(p));
  }
  list_runs();
  w.resize(flat_size);
  m.resize(flat_size);
  v.resize(flat_size);
  const Index vocabulary = network.vocabulary, embedding = network.embedding;
  embedding_stride = padded(embedding);
  for (Array<float>* a : {&embedding_w, &embedding_m, &embedding_v}) a->resize(vocabulary * embedding_stride);
  is_touched_.assign(static_cast<std::size_t>(vocabulary), 0);
  step = values.step;
  const bool resumed = !values.m.empty();
  for (std::size_t i = 1; i < list.size(); ++i) {
    store(list[i], values.w[i], w);
    if (resumed) store(list[i], values.m[i], m);
    if (resumed) store(list[i], values.v[i], v);
  }
  copy_rows(values.w[0], embedding, embedding_w.data(), embedding_stride, vocabulary, embedding);
  if (!resumed) return;
  copy_rows(values.m[0], embedding, embedding_m.data(), embedding_stride, vocabulary, embedding);
  copy_rows(values.v[0], embedding, embedding_v.data(), embedding_stride, vocabulary, embedding);
  std::vector<int32_t> rows;
  for (Index r = 0; r < vocabulary; ++r) {
    bool used = false;
    for (Index c = 0; c < embedding; ++c) {
      used = used || values.m[0][r * embedding + c] != 0.0f || values.v[0][r * embedding + c] != 0.0f;
    }
    if (used) rows.push_back(static_cast<int32_t>(r));
  }
  touch(rows);
}

void Parameters::store(const Parameter& p, const float* canonical, Array<float>& flat) const {
  float* out = flat.data() + p.at;
  for (Index i = 0; i < p.stored; ++i) {
    const std::size_t k = static_cast<std::size_t>(i);
    if (p.compact) {
      out[i] = canonical[p.live[k]];
    } else {
      out[i] = !p.mask.empty() && p.mask[k] == 0 ? 0.0f : canonical[i];
    }
  }
}

Index Parameters::index_of(Role role, Index layer, Index cell) const {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ParameterShape& s = list[i].shape;
    if (s.role == role && s.layer == layer && s.cell == cell) return static_cast<Index>(i);
  }
  throw EngineError("internal", "The engine looked for a parameter that does not exist.");
}

void Parameters::expand(Index index, const float* flat, float* out) const {
  const Parameter& p = at(index);
  const float* from = flat + p.at;
  if (!p.compact) {
    for (Index i = 0; i < p.stored; ++i) {
      out[i] = p.mask.empty() || p.mask[static_cast<std::size_t>(i)] != 0 ? from[i] : 0.0f;
    }
    return;
  }
  std::memset(out, 0, static_cast<std::size_t>(p.shape.count()) * sizeof(float));
  for (std::size_t k = 0; k < p.live.size(); ++k) out[p.live[k]] = from[k];
}

void Parameters::read(int which, Index index, float* out) const {
  if (index == 0) {
    const Array<float>& a = which == 0 ? embedding_w : which == 1 ? embedding_m : embedding_v;
    const ParameterShape& s = at(0).shape;
    copy_rows(a.data(), embedding_stride, out, s.cols, s.rows, s.cols);
  } else {
    expand(index, (which == 0 ? w : which == 1 ? m : v).data(), out);
  }
}

/** Neighbours without masks become one run: hundreds of small cells should not cost hundreds of calls. */
void Parameters::list_runs() {
  for (const Parameter& p : list) {
    if (p.shape.role == Role::kEmbedding) continue;
    const uint8_t* keep = p.mask.empty() || p.compact ? nullptr : p.mask.data();
    if (keep == nullptr && !runs.empty() && runs.back().keep == nullptr) {
      runs.back().count += padded(p.stored);
    } else {
      runs.push_back({p.at, padded(p.stored), keep});
    }
  }
}

void Parameters::touch(const std::vector<int32_t>& rows) {
  for (const int32_t row : rows) {
    uint8_t& seen = is_touched_[static_cast<std::size_t>(row)];
    if (seen != 0) continue;
    seen = 1;
    touched.push_back(row);
  }
}

}  // namespace lacuna
