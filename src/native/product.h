// One weight matrix (or a column block of one) in the forms the kernels want: packed tiles when dense; when pruned,
// live-entry lists by output row, by input row and for gradients. The canonical values stay in Parameters; refresh()
// copies them in after each optimizer step.
#pragma once
#include <vector>

#include "kernels.h"
#include "memory.h"
#include "parameters.h"
#include "sparse.h"

namespace lacuna {

/** The part of a parameter a product covers, and the rows of the gate panel its outputs are. */
struct ProductShape {
  Index row0, rows;  // canonical rows of the parameter
  Index col0, cols;  // canonical columns
  Index panel_row0;  // first row of the panel that row0 stands for
  Index steps = 1;   // timesteps multiplied together, for the layout of live weights
};

class Product {
 public:
  Product(const Kernels& kernels, const Parameter& parameter, ProductShape shape, Index width);

  void refresh(const float* w);

  /** panel rows (+)= W x for the lanes given; `start` points at row 0 of the whole panel. */
  void forward(const float* x, RowStart start, Finish finish, float* panel, Index vectors, Steps steps = {}) const;
  /** dx (+)= W^T dpanel; steps.x_step is that of the gate panels. */
  void backward(const float* panel, Start start, float* dx, Index vectors, Steps steps = {}) const;

  bool sparse() const { return sparse_; }
  Index rows() const { return shape_.rows; }
  const ProductShape& shape() const { return shape_; }
  const DenseMatrix& dense_forward() const { return forward_dense_; }

  /**
   * The gradient of the rows of one part of `parts` over all timesteps: when dense, written or added to the flat
   * gradients; when sparse, kept until finish_gradient.
   */
  void gradient(const float* dpanel, Index dstep, const float* x, Index xstep, Index steps, Index vectors, int part,
                int parts, float* g, bool fresh);
  /** Sparse only: bring the sums into the flat gradients. */
  void finish_gradient(float* g, bool fresh);

 private:
  void multiply_sparse(const SlicedWeights& weights, const float* x, const Steps& steps, const RowStart& start,
                       Finish finish, float* out, Index vectors) const;
  void plan_dense();
  void plan_sparse(const Parameter& parameter);
  void refresh_dense(const float* w);

  const Kernels& k_;
  ProductShape shape_;
  Index width_;
  bool sparse_;
  bool any_steps_ = false;  // sparse: the sums hold a gradient
  Index w_at_, w_stride_;  // dense: value (r, c) is w[w_at + r * w_stride + c]

  std::vector<DenseTile> forward_tiles_, backward_tiles_;
  Array<float> forward_packed_, backward_packed_;
  DenseMatrix forward_dense_, backward_dense_;

  SlicedWeights forward_sparse_, backward_sparse_;
  GradientRows gradient_rows_;
  Array<float> sums_;
};

}  // namespace lacuna
