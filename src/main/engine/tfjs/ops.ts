// The few TensorFlow kernels the engine needs, each one call into the library. They skip the argument checks of
// tfjs-core, which cost as much as a small kernel, and give gradients kernels that tfjs-core does not offer.
import type { Tensor } from '@tensorflow/tfjs-core'
import type { TFEOpAttr } from '@tensorflow/tfjs-node/dist/tfjs_binding.js'
import type { Tensorflow } from './load.ts'

export type { Tensor }

export interface Ops {
  /** a [M, K] times b [K, N]; with `transposeA`/`transposeB` the stored matrix is the transpose. */
  matmul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor
  add(a: Tensor, b: Tensor): Tensor // broadcasts
  sub(a: Tensor, b: Tensor): Tensor
  mul(a: Tensor, b: Tensor): Tensor
  div(a: Tensor, b: Tensor): Tensor
  sqrt(x: Tensor): Tensor
  tanh(x: Tensor): Tensor
  sigmoid(x: Tensor): Tensor
  relu(x: Tensor): Tensor
  /** Gradient with respect to x, given y = tanh(x) and the gradient with respect to y. */
  tanhGradient(y: Tensor, dy: Tensor): Tensor
  sigmoidGradient(y: Tensor, dy: Tensor): Tensor
  reluGradient(y: Tensor, dy: Tensor): Tensor
  /** Sum of tensors of one shape, from left to right. */
  addAll(tensors: Tensor[]): Tensor
  concat(tensors: Tensor[], axis: 0 | 1): Tensor
  /** Cut into `count` equal parts. */
  split(x: Tensor, count: number, axis: 0 | 1): Tensor[]
  /** Cut into parts of the given sizes. */
  splitSizes(x: Tensor, sizes: number[], axis: 0 | 1): Tensor[]
  reshape(x: Tensor, shape: readonly number[]): Tensor
  /** Rows of x [N, M] named by indices [n] int32. */
  gatherRows(x: Tensor, indices: Tensor): Tensor
  /** Add row n of x [N, M] to row ids[n] of a zero matrix [rows, M]. */
  sumRowsInto(x: Tensor, ids: Tensor, rows: number): Tensor
  /** Sum over the rows of x [N, M]: [M]. */
  sumRows(x: Tensor): Tensor
  /** Elements of a where `condition` (bool), of b elsewhere. */
  select(condition: Tensor, a: Tensor, b: Tensor): Tensor
  /** Half the sum of squares, a scalar. */
  halfSquare(x: Tensor): Tensor
  /** Cross-entropy per row [B] of logits [B, K] for labels [B] int32, and its gradient [B, K]. */
  crossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; dLogits: Tensor }
}

/** Make the kernels of a loaded TensorFlow. Their results belong to the enclosing `tf.tidy`. */
export function createOps({ tf, backend }: Tensorflow): Ops {
  const { binding } = backend
  const type = (name: string, value: number): TFEOpAttr => ({
    name,
    type: binding.TF_ATTR_TYPE,
    value,
  })
  const integer = (name: string, value: number): TFEOpAttr => ({
    name,
    type: binding.TF_ATTR_INT,
    value,
  })
  const flag = (name: string, value: boolean): TFEOpAttr => ({
    name,
    type: binding.TF_ATTR_BOOL,
    value,
  })
  const float = (name = 'T') => type(name, binding.TF_FLOAT)
  const int32 = (name: string) => type(name, binding.TF_INT32)
  const one = (name: string, attributes: TFEOpAttr[], inputs: Tensor[]) =>
    backend.executeSingleOutput(name, attributes, inputs)
  const many = (name: string, attributes: TFEOpAttr[], inputs: Tensor[], outputs: number) =>
    backend.executeMultipleOutputs(name, attributes, inputs, outputs)

  const plain = [float()]
  const unary = (name: string) => (x: Tensor) => one(name, plain, [x])
  const binary = (name: string) => (a: Tensor, b: Tensor) => one(name, plain, [a, b])
  const products = [false, true].map((a) =>
    [false, true].map((b) => [flag('transpose_a', a), flag('transpose_b', b), float()]),
  )
  // Axes are inputs of these kernels; made once and kept outside of every tidy.
  const axes = [0, 1].map((axis) => tf.keep(tf.scalar(axis, 'int32')))
  const rowsAxis = tf.keep(tf.tensor1d([0], 'int32'))

  return {
    matmul: (a, b, transposeA = false, transposeB = false) =>
      one('MatMul', products[+transposeA]![+transposeB]!, [a, b]),
    add: binary('AddV2'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('RealDiv'),
    sqrt: unary('Sqrt'),
    tanh: unary('Tanh'),
    sigmoid: unary('Sigmoid'),
    relu: unary('Relu'),
    tanhGradient: binary('TanhGrad'),
    sigmoidGradient: binary('SigmoidGrad'),
    reluGradient: (y, dy) => one('ReluGrad', plain, [dy, y]),
    addAll: (tensors) =>
      tensors.length === 1 ? tensors[0]! : one('AddN', [integer('N', tensors.length), float()], tensors),
    concat: (tensors, axis) =>
      tensors.length === 1
        ? tensors[0]!
        : one('ConcatV2', [integer('N', tensors.length), float(), int32('Tidx')], [...tensors, axes[axis]!]),
    split: (x, count, axis) => many('Split', [integer('num_split', count), float()], [axes[axis]!, x], count),
    splitSizes: (x, sizes, axis) =>
      many(
        'SplitV',
        [integer('num_split', sizes.length), float(), int32('Tlen')],
        [x, tf.tensor1d(sizes, 'int32'), axes[axis]!],
        sizes.length,
      ),
    reshape: (x, shape) => one('Reshape', [float(), int32('Tshape')], [x, tf.tensor1d([...shape], 'int32')]),
    gatherRows: (x, indices) =>
      one(
        'GatherV2',
        [integer('batch_dims', 0), float('Tparams'), int32('Tindices'), int32('Taxis')],
        [x, indices, axes[0]!],
      ),
    sumRowsInto: (x, ids, rows) =>
      one(
        'UnsortedSegmentSum',
        [float(), int32('Tindices'), int32('Tnumsegments')],
        [x, ids, tf.scalar(rows, 'int32')],
      ),
    sumRows: (x) => one('Sum', [flag('keep_dims', false), float(), int32('Tidx')], [x, rowsAxis]),
    select: (condition, a, b) => one('SelectV2', plain, [condition, a, b]),
    halfSquare: unary('L2Loss'),
    crossEntropy: (logits, labels) => {
      const attributes = [float(), int32('Tlabels')]
      const outputs = many('SparseSoftmaxCrossEntropyWithLogits', attributes, [logits, labels], 2)
      return { loss: outputs[0]!, dLogits: outputs[1]! }
    },
  }
}
