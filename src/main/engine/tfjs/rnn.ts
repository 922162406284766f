// The plain cell: h = act(W_ih x + b_ih + W_hh h + b_hh), act tanh or relu.
import type { CellKind } from './cell.ts'
import type { Ops, Tensor } from './ops.ts'

interface Activation {
  value(ops: Ops, z: Tensor): Tensor
  gradient(ops: Ops, h: Tensor, dh: Tensor): Tensor
}

function rnnCell(activation: Activation): CellKind {
  return {
    forward(ops, { weightHh, biasIh, biasHh }, product, zero, steps) {
      const inputs = ops.split(ops.add(product, ops.add(biasIh, biasHh)), steps, 0)
      const h: Tensor[] = []
      for (let t = 0; t < steps; t++) {
        const state = ops.matmul(h[t - 1] ?? zero, weightHh, false, true)
        h.push(activation.value(ops, ops.add(inputs[t]!, state)))
      }
      return { h, gates: {}, saved: {}, zero }
    },

    backward(ops, { weightHh }, { h, zero }, dh) {
      const gradients: Tensor[] = []
      let carry = zero
      for (let t = h.length - 1; t >= 0; t--) {
        const dz = activation.gradient(ops, h[t]!, ops.add(dh[t]!, carry))
        gradients[t] = dz
        if (t > 0) carry = ops.matmul(dz, weightHh)
      }
      const all = ops.concat(gradients, 0)
      return { dInput: all, dState: all }
    },
  }
}

export const rnnTanh = rnnCell({
  value: (ops, z) => ops.tanh(z),
  gradient: (ops, h, dh) => ops.tanhGradient(h, dh),
})

export const rnnRelu = rnnCell({
  value: (ops, z) => ops.relu(z),
  gradient: (ops, h, dh) => ops.reluGradient(h, dh),
})
