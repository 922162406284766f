import { describe, expect, it } from 'vitest'
import { assertPlainData, dispatch, MAX_ARGUMENT_VALUES } from '../../src/main/transport/dispatch.ts'
import type { Log } from '../../src/main/transport/host.ts'
import { fakeHost } from './fake-host.ts'

const logged: string[] = []
const log: Log = (level, message, error) => logged.push(`${level} ${message} ${String(error)}`)
const { handlers } = fakeHost()
const call = (name: unknown, args: unknown) => dispatch(handlers, name, args, log)

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = { inner: value }
  return value
}

describe('the door to the handlers', () => {
  it('passes what the contract allows', async () => {
    expect(await call('settings/get', {})).toEqual({
      ok: true,
      result: { theme: 'dark', jobs: 2, engine: 'auto' },
    })
  })

  it.each(['nothing/here', '__proto__', 'constructor', 'toString', '', 7, null, undefined])(
    'refuses the name %j',
    async (name) => {
      const reply = await call(name, {})
      expect(reply).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    },
  )

  it('names every argument that is wrong', async () => {
    const reply = await call('dataset/sequences', { id: 'x', split: 'both', offset: -1, limit: 1, more: 1 })
    expect(reply).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    expect(JSON.stringify(reply)).toMatch(/split.*offset/)
  })

  it('passes expected failures on and hides the details of defects in the log', async () => {
    expect(await call('dataset/show', { id: 'x' })).toEqual({
      ok: false,
      error: { code: 'not-found', message: 'There is no such thing.' },
    })
    const reply = await call('task/cancel', { task: 't' })
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(reply)).not.toMatch(/\bat \S+:\d+|stack/)
    expect(logged.at(-1)).toMatch(/task\/cancel.*secret detail/)
  })
})

describe('plain data', () => {
  it.each(['{"__proto__":{"x":1}}', '{"a":[{"constructor":{"prototype":{"x":1}}}]}', '{"prototype":1}'])(
    'is not %s',
    async (text) => {
      const reply = await call('study/plan', { definition: JSON.parse(text) as unknown })
      expect(reply).toMatchObject({ ok: false, error: { code: 'bad-request' } })
      expect(JSON.stringify(reply)).toMatch(/the key '.*', which is not allowed/)
      expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    },
  )

  it('is nested 64 levels at most', () => {
    expect(() => assertPlainData(nested(64))).not.toThrow()
    expect(() => assertPlainData(nested(65))).toThrow(/deeper than 64/)
    expect(() => assertPlainData(JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toThrow(
      /deeper than 64/,
    )
  })

  it('is limited in number, length and kind, and has no cycles', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(() => assertPlainData(cycle)).toThrow(/deeper than 64/)
    expect(() => assertPlainData(new Array<number>(MAX_ARGUMENT_VALUES + 1).fill(0))).toThrow(/more data/)
    expect(() => assertPlainData(['x'.repeat(9_000_000), 'y'.repeat(9_000_000)])).toThrow(/more data/)
    for (const value of [new Map(), new Date(0), new Uint8Array(1), () => 1, 1n]) {
      expect(() => assertPlainData({ value })).toThrow(/only JSON values/)
    }
    expect(() => assertPlainData({ a: [1, 'b', null, undefined, true] })).not.toThrow()
  })
})
