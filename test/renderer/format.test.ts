import { describe, expect, it } from 'vitest'
import {
  countOf,
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatInterval,
  formatLoss,
  formatPercent,
  formatPoints,
  formatRemaining,
  formatShare,
  formatSparsity,
} from '../../src/renderer/format.ts'

/** Narrow and no-break spaces as plain ones, so that the expectations can be read. */
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, ' ')

describe('numbers as people read them', () => {
  it('groups counts with thin spaces that never break', () => {
    expect(plain(formatCount(18750))).toBe('18 750')
    expect(plain(formatCount(1234567))).toBe('1 234 567')
    expect(formatCount(999)).toBe('999')
    expect(plain(formatCount(-4500))).toBe('−4 500')
    expect(formatCount(18750)).not.toContain(' ')
  })

  it('writes one of a thing differently from many', () => {
    expect(plain(countOf(1, 'run'))).toBe('1 run')
    expect(plain(countOf(1220, 'run'))).toBe('1 220 runs')
    expect(plain(countOf(2, 'class', 'classes'))).toBe('2 classes')
  })

  it('writes accuracies with two decimals and says nothing about values that are not there', () => {
    expect(plain(formatShare(0.93731))).toBe('93.73 %')
    expect(plain(formatShare(0.5, 0))).toBe('50 %')
    expect(formatShare(undefined)).toBe('–')
    expect(formatShare(Number.NaN)).toBe('–')
    expect(plain(formatInterval(0.931, 0.9422))).toBe('93.10 – 94.22 %')
    expect(plain(formatPoints(-0.012))).toBe('−1.20 pp')
  })

  it('writes percentages without needless zeros and sparsity with what is kept', () => {
    expect(plain(formatPercent(80))).toBe('80 %')
    expect(plain(formatPercent(97.5))).toBe('97.5 %')
    expect(plain(formatSparsity(80, 4500, 22500))).toBe('80 % pruned (4 500 of 22 500 kept)')
    expect(plain(formatSparsity(80))).toBe('80 % pruned')
  })

  it('writes sizes in decimal units', () => {
    expect(plain(formatBytes(512))).toBe('512 bytes')
    expect(plain(formatBytes(41_300_000))).toBe('41 MB')
    expect(plain(formatBytes(1_240_000_000))).toBe('1.2 GB')
    expect(plain(formatBytes(999_900))).toBe('1.0 MB')
  })

  it('writes losses with four digits and names what is not finite', () => {
    expect(formatLoss(0.123456)).toBe('0.1235')
    expect(formatLoss(Number.NaN)).toBe('NaN')
    expect(formatLoss(undefined)).toBe('–')
  })
})

describe('times as people read them', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [1900, '1.9 s'],
    [12_000, '12 s'],
    [59_999, '1 min'],
    [252_000, '4 min 12 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [100_000_000, '1 d 4 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(plain(formatDuration(ms))).toBe(text)
  })

  it('rounds what is left up and coarsely', () => {
    expect(formatRemaining(undefined)).toBe('estimating time')
    expect(formatRemaining(4000)).toBe('a few seconds left')
    expect(plain(formatRemaining(31_000))).toBe('40 s left')
    expect(plain(formatRemaining(301_000))).toBe('6 min left')
    expect(plain(formatRemaining(7_500_000))).toBe('2 h 5 min left')
  })

  it('names the distance to the past and then the day', () => {
    const now = Date.parse('2026-11-23T12:00:00Z')
    expect(formatAgo('2026-11-23T11:59:40Z', now)).toBe('just now')
    expect(plain(formatAgo('2026-11-23T11:55:00Z', now))).toBe('5 min ago')
    expect(plain(formatAgo('2026-11-23T09:00:00Z', now))).toBe('3 h ago')
    expect(formatAgo('2026-10-02T09:00:00Z', now)).toContain('Oct 2026')
  })
})
