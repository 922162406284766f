// GRU, rows r z n, reset after the product: n = tanh(i_n + r h_n) with h_n = W_hn h + b_hn, h = n + z (h - n).
// Cho et al. 2014, arXiv:1406.1078, in the form of PyTorch and cuDNN.
import type { CellKind } from './cell.ts'
import type { Tensor } from './ops.ts'

export const gru: CellKind = {
  forward(ops, { weightHh, biasIh, biasHh }, product, zero, steps) {
    const gates: Record<string, Tensor[]> = { r: [], z: [], n: [] }
    const saved: Record<string, Tensor[]> = { stateN: [], difference: [] }
    const inputs = ops.split(ops.add(product, biasIh), 3, 1).map((gate) => ops.split(gate, steps, 0))
    const h: Tensor[] = []
    for (let t = 0; t < steps; t++) {
      const before = h[t - 1] ?? zero
      const state = ops.add(ops.matmul(before, weightHh, false, true), biasHh)
      const [stateR, stateZ, stateN] = ops.split(state, 3, 1) as [Tensor, Tensor, Tensor]
      const r = ops.sigmoid(ops.add(inputs[0]![t]!, stateR))
      const z = ops.sigmoid(ops.add(inputs[1]![t]!, stateZ))
      const n = ops.tanh(ops.add(inputs[2]![t]!, ops.mul(r, stateN)))
      const difference = ops.sub(before, n)
      gates['r']!.push(r)
      gates['z']!.push(z)
      gates['n']!.push(n)
      saved['stateN']!.push(stateN)
      saved['difference']!.push(difference)
      h.push(ops.add(n, ops.mul(z, difference)))
    }
    return { h, gates, saved, zero }
  },

  backward(ops, { weightHh }, { h, gates, saved, zero }, dh) {
    const [inputs, states]: [Tensor[], Tensor[]] = [[], []]
    let carry = zero
    for (let t = h.length - 1; t >= 0; t--) {
      const [r, z, n] = [gates['r']![t]!, gates['z']![t]!, gates['n']![t]!]
      const dH = ops.add(dh[t]!, carry)
      const kept = ops.mul(dH, z)
      const dN = ops.tanhGradient(n, ops.sub(dH, kept))
      const dR = ops.sigmoidGradient(r, ops.mul(dN, saved['stateN']![t]!))
      const dZ = ops.sigmoidGradient(z, ops.mul(dH, saved['difference']![t]!))
      inputs[t] = ops.concat([dR, dZ, dN], 1)
      states[t] = ops.concat([dR, dZ, ops.mul(dN, r)], 1)
      if (t > 0) carry = ops.add(kept, ops.matmul(states[t]!, weightHh))
    }
    return { dInput: ops.concat(inputs, 0), dState: ops.concat(states, 0) }
  },
}
