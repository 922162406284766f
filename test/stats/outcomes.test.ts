// Answers of two networks compared, counted by hand.
import { describe, expect, it } from 'vitest'
import { compareAnswers, type Answers } from '../../src/main/stats/outcomes.ts'
import { SHOWN_FLIPS } from '../../src/shared/insight.ts'

const kinds = [
  { name: 'valid', corruption: null },
  { name: 'two swapped', corruption: 'swap' },
  { name: 'one dropped', corruption: 'drop' },
] as const

const answers: Answers = {
  classes: ['no', 'yes'],
  kinds,
  asked: [
    { index: 4, text: 'A', truth: 1, kind: 0 },
    { index: 5, text: 'B', truth: 1, kind: 0 },
    { index: 7, text: 'C', truth: 0, kind: 1 },
    { index: 8, text: 'D', truth: 0, kind: 1 },
    { index: 9, text: 'E', truth: 0, kind: 1 },
  ],
  before: [1, 1, 0, 1, 1],
  after: [1, 0, 0, 0, 1],
}

describe('two networks', () => {
  it('are counted by truth and answer, by flip and by kind', () => {
    expect(compareAnswers(answers, true)).toEqual({
      total: 5,
      before: {
        correct: 3,
        confusion: [
          [1, 2],
          [0, 2],
        ],
      },
      after: {
        correct: 3,
        confusion: [
          [2, 1],
          [1, 1],
        ],
      },
      lost: {
        count: 1,
        flips: [{ index: 5, text: 'B', truth: 'yes', before: 'yes', after: 'no', corruption: 'valid' }],
      },
      won: {
        count: 1,
        flips: [{ index: 8, text: 'D', truth: 'no', before: 'yes', after: 'no', corruption: 'two swapped' }],
      },
      groups: [
        { name: 'valid', corruption: null, total: 2, before: 2, after: 1, lost: 1, won: 0 },
        { name: 'two swapped', corruption: 'swap', total: 3, before: 1, after: 2, lost: 0, won: 1 },
      ],
    })
  })

  it('that is one network alone has no flips and nothing before', () => {
    const { before, lost, won, groups } = compareAnswers({ ...answers, before: undefined }, true)
    expect([before, lost.count, won.count]).toEqual([null, 0, 0])
    expect(groups.map((group) => [group.before, group.after])).toEqual([
      [null, 1],
      [null, 2],
    ])
  })

  it('of several classes may both be wrong in different ways, which is no flip', () => {
    const three = {
      ...answers,
      classes: ['no', 'yes', 'other'],
      before: [1, 1, 1, 1, 1],
      after: [1, 1, 2, 2, 2],
    }
    const { lost, won, after } = compareAnswers(three, false)
    expect([lost.count, won.count]).toEqual([0, 0])
    expect(after.confusion).toEqual([
      [0, 0, 3],
      [0, 2, 0],
      [0, 0, 0],
    ])
  })

  it('that differ everywhere are counted to the end and listed to the limit, long texts cut', () => {
    const count = SHOWN_FLIPS + 500
    const text = '🙂'.repeat(300)
    const asked = Array.from({ length: count }, (_, index) => ({ index, text, truth: 0, kind: 0 }))
    const before = new Uint16Array(count)
    const after = new Uint16Array(count).fill(1)
    const { lost } = compareAnswers({ classes: ['a', 'b'], kinds, asked, before, after }, false)
    expect([lost.count, lost.flips.length]).toEqual([count, SHOWN_FLIPS])
    expect(lost.flips[0]).toEqual({
      ...{ index: 0, truth: 'a', before: 'a', after: 'b' },
      text: `${'🙂'.repeat(200)}…`,
    })
  })
})
