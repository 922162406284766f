// LSTM, rows i f g o: c = sig(f) c + sig(i) tanh(g), h = sig(o) tanh(c). Hochreiter and Schmidhuber 1997.
import type { CellKind } from './cell.ts'
import type { Tensor } from './ops.ts'

export const lstm: CellKind = {
  forward(ops, { weightHh, biasIh, biasHh }, product, zero, steps) {
    const inputs = ops.split(ops.add(product, ops.add(biasIh, biasHh)), steps, 0)
    const gates: Record<string, Tensor[]> = { i: [], f: [], g: [], o: [] }
    const [h, c, tanhC]: Tensor[][] = [[], [], []]
    for (let t = 0; t < steps; t++) {
      const state = ops.matmul(h![t - 1] ?? zero, weightHh, false, true)
      const z = ops.split(ops.add(inputs[t]!, state), 4, 1)
      const [i, f, o] = [ops.sigmoid(z[0]!), ops.sigmoid(z[1]!), ops.sigmoid(z[3]!)]
      const g = ops.tanh(z[2]!)
      const cell = ops.add(ops.mul(f, c![t - 1] ?? zero), ops.mul(i, g))
      const squashed = ops.tanh(cell)
      gates['i']!.push(i)
      gates['f']!.push(f)
      gates['g']!.push(g)
      gates['o']!.push(o)
      c!.push(cell)
      tanhC!.push(squashed)
      h!.push(ops.mul(o, squashed))
    }
    return { h: h!, c: c!, gates, saved: { tanhC: tanhC! }, zero }
  },

  backward(ops, { weightHh }, { h, c, gates, saved, zero }, dh) {
    const gradients: Tensor[] = []
    let carryH = zero
    let carryC = zero
    for (let t = h.length - 1; t >= 0; t--) {
      const [i, f, g, o] = [gates['i']![t]!, gates['f']![t]!, gates['g']![t]!, gates['o']![t]!]
      const tanhC = saved['tanhC']![t]!
      const dH = ops.add(dh[t]!, carryH)
      const dC = ops.add(carryC, ops.tanhGradient(tanhC, ops.mul(dH, o)))
      gradients[t] = ops.concat(
        [
          ops.sigmoidGradient(i, ops.mul(dC, g)),
          ops.sigmoidGradient(f, ops.mul(dC, c![t - 1] ?? zero)),
          ops.tanhGradient(g, ops.mul(dC, i)),
          ops.sigmoidGradient(o, ops.mul(dH, tanhC)),
        ],
        1,
      )
      if (t === 0) break
      carryC = ops.mul(dC, f)
      carryH = ops.matmul(gradients[t]!, weightHh)
    }
    const all = ops.concat(gradients, 0)
    return { dInput: all, dState: all }
  },
}
