// An expected failure of a set-up step: one sentence for a person. Anything else thrown is a defect of the set-up.

export class StepError extends Error {
  /** @param {string} message what was found and what to do about it */
  constructor(message) {
    super(message)
    this.name = 'StepError'
  }
}
