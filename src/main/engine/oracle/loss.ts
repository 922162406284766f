// Softmax cross-entropy of one sequence in float64.

/** Loss of class `label` and its gradient with respect to the logits; `predicted` is the first largest logit. */
export function crossEntropy(
  logits: Float64Array,
  label: number,
): { loss: number; dLogits: Float64Array; predicted: number } {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity)
  const exponentials = logits.map((value) => Math.exp(value - largest))
  const sum = exponentials.reduce((a, b) => a + b, 0)
  const dLogits = exponentials.map((value, k) => value / sum - (k === label ? 1 : 0))
  let predicted = 0
  logits.forEach((value, k) => {
    if (value > logits[predicted]!) predicted = k
  })
  return { loss: Math.log(sum) + largest - logits[label]!, dLogits, predicted }
}
