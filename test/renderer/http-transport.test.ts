import { describe, expect, it } from 'vitest'
import { parseEvent, retryDelayMs } from '../../src/renderer/transport/http.ts'
import { shellTransport } from '../../src/renderer/transport/shell.ts'

describe('events over the socket', () => {
  it('takes known events and nothing else', () => {
    expect(parseEvent('{"name":"datasets/changed","payload":{"id":"a"}}')).toEqual({
      name: 'datasets/changed',
      payload: { id: 'a' },
    })
    for (const text of ['', 'null', '7', '{"name":"x/y","payload":1}', '{"name":"datasets/changed"}', '{']) {
      expect(parseEvent(text)).toBeUndefined()
    }
  })

  it('waits longer after every failure, at most ten seconds', () => {
    expect([0, 1, 2, 3].map(retryDelayMs)).toEqual([500, 1000, 2000, 4000])
    expect(retryDelayMs(50)).toBe(10_000)
  })
})

describe('requests through the shell', () => {
  it('sends plain data, whatever the caller holds', async () => {
    const sent: unknown[] = []
    const transport = shellTransport({
      request: (_name, args) => {
        sent.push(structuredClone(args))
        return Promise.resolve({ ok: true, result: null })
      },
      onEvent: () => () => undefined,
      stageFile: () => Promise.resolve({ fileId: 'f' }),
    })
    const proxied = new Proxy({ id: 'a' }, {})
    await transport.request('dataset/show', proxied)
    expect(sent).toEqual([{ id: 'a' }])
  })

  it('forwards known events only', () => {
    let emit: (name: string, payload: unknown) => void = () => undefined
    const transport = shellTransport({
      request: () => Promise.resolve({}),
      onEvent: (listener) => {
        emit = listener
        return () => undefined
      },
      stageFile: () => Promise.resolve({ fileId: 'f' }),
    })
    const seen: string[] = []
    transport.onEvent((name) => seen.push(name))
    emit('studies/changed', {})
    emit('devtools/opened', {})
    expect(seen).toEqual(['studies/changed'])
  })
})
