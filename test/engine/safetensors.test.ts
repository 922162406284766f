import { writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadSafetensors } from '../../src/main/engine/safetensors-file.ts'
import type { Tensor } from '../../src/main/engine/safetensors.ts'
import { nonFiniteWarning, readSafetensors, writeSafetensors } from '../../src/main/engine/safetensors.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A file with this header, written as it stands, and so many data bytes. */
function file(header: string, dataBytes: number, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const entry = (shape: string, begin: number | string, end: number | string, dtype = 'F32') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`

function refusal(bytes: Uint8Array): LacunaError {
  try {
    readSafetensors(bytes)
  } catch (error) {
    if (error instanceof LacunaError) return error
    throw error
  }
  throw new Error('the file was accepted')
}

const sample = () =>
  new Map<string, Tensor>([
    ['a', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, 1e-40) }],
    ['mask', { shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ['wide', { shape: [2], data: Float64Array.of(Math.PI, -1) }],
    ['scalar', { shape: [], data: Float32Array.of(7) }],
    ['none', { shape: [0, 4], data: new Float32Array(0) }],
  ])

describe('writing and reading', () => {
  it('gives back every bit, shape and text', () => {
    const written = writeSafetensors(sample(), new Map([['cell', 'LSTM']]))
    const read = readSafetensors(written, ['F64', 'F32', 'U8'])
    expect([...read.metadata]).toEqual([['cell', 'LSTM']])
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...sample()].sort()))
    expect(Object.is(read.tensors.get('a')!.data[4], -0)).toBe(true)
  })

  it('reads a Buffer, whose slices are views, as what it holds', () => {
    const pooled = Buffer.concat([Buffer.from('in front'), writeSafetensors(sample())]).subarray(8)
    const read = readSafetensors(pooled, ['F64', 'F32', 'U8'])
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...sample()].sort()))
  })

  it('writes the same bytes for the same content, tensors aligned to their width', () => {
    const metadata = [
      ['b', '2'],
      ['a', '1'],
    ] as const
    const one = writeSafetensors(sample(), new Map(metadata))
    expect(writeSafetensors(sample(), new Map([...metadata].reverse()))).toEqual(one)
    expect((8 + Number(new DataView(one.buffer).getBigUint64(0, true))) % 8).toBe(0)
  })

  it('gives back any tensors', () => {
    const tensors = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__'),
      fc.float32Array(),
    )
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (arrays, metadata) => {
        const given = new Map(
          Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
        )
        const read = readSafetensors(writeSafetensors(given, new Map(Object.entries(metadata))))
        expect(new Map([...read.tensors].sort())).toEqual(new Map([...given].sort()))
        expect(Object.fromEntries(read.metadata)).toEqual({ ...metadata })
      }),
      { numRuns: 200, seed: 1 },
    )
  })

  it('refuses to write an array that does not have its shape', () => {
    expect(() => writeSafetensors(new Map([['a', { shape: [2], data: new Float32Array(3) }]]))).toThrow(
      /2 was given 3/,
    )
  })
})

describe('bad files', () => {
  const two = (a: string, b: string) => `{"w1":${a},"w2":${b}}`

  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'a header length of 2^63',
      file('{}', 0, 2n ** 63n),
      'bad-weights',
      /header says 9\.2 EB, the file has 10 bytes/,
    ],
    [
      'a header length over the file',
      file('{}', 3990, 5000n),
      'bad-weights',
      /header says 5 kB, the file has 4 kB/,
    ],
    ['a header length below 2', file('{}', 0, 1n), 'bad-weights', /header says 1 bytes/],
    [
      'a header over 16 MB',
      file(`{${' '.repeat(17_000_000)}}`, 0),
      'too-large',
      /header says 17 MB; headers up to 16 MB/,
    ],
    ['an empty file', new Uint8Array(0), 'bad-weights', /0 bytes/],
    [
      'another kind of file',
      new TextEncoder().encode('PK\u0003\u0004 and so on'),
      'bad-weights',
      /not a whole safetensors/,
    ],
    ['no object', file('[1]', 0), 'bad-weights', /does not start with \{/],
    ['broken JSON', file('{"a":', 0), 'bad-weights', /not valid at character 5/],
    ['text after the object', file('{} {}', 0), 'bad-weights', /after the end/],
    ['a text without end', file('{"a', 0), 'bad-weights', /does not end/],
    ['bytes that are not UTF-8', file('{"a":1}', 0).fill(0xff, 10, 11), 'bad-weights', /not UTF-8/],
    ['nesting', file(`{"a":${'['.repeat(50_000)}`, 0), 'bad-weights', /too deep/],
    [
      'overlap',
      file(two(entry('[4]', 0, 16), entry('[4]', 0, 16)), 16),
      'bad-weights',
      /"w1" and "w2" share bytes 0–15/,
    ],
    [
      'part overlap',
      file(two(entry('[4]', 0, 16), entry('[4]', 12, 28)), 28),
      'bad-weights',
      /share bytes 12–15/,
    ],
    [
      'a hole',
      file(two(entry('[1]', 0, 4), entry('[1]', 8, 12)), 12),
      'bad-weights',
      /4 bytes before tensor "w2" belong to no/,
    ],
    [
      'a hole at the start',
      file(`{"w":${entry('[1]', 4, 8)}}`, 8),
      'bad-weights',
      /4 bytes before tensor "w"/,
    ],
    [
      'trailing bytes',
      file(`{"w":${entry('[1]', 0, 4)}}`, 38),
      'bad-weights',
      /34 bytes after the last tensor/,
    ],
    ['trailing bytes without tensors', file('{}', 5), 'bad-weights', /5 bytes after/],
    [
      'too few bytes',
      file(`{"w":${entry('[2,2]', 0, 12)}}`, 12),
      'bad-weights',
      /shape 2×2 F32 needs 16 bytes, has 12/,
    ],
    [
      'offsets beyond the file',
      file(`{"w":${entry('[4]', 0, 16)}}`, 12),
      'bad-weights',
      /the data has 12 bytes/,
    ],
    ['offsets backwards', file(`{"w":${entry('[1]', 4, 0)}}`, 4), 'bad-weights', /claims the bytes 4 to 0/],
    [
      'three offsets',
      file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8),
      'bad-weights',
      /claims/,
    ],
    [
      'a shape over 2^64',
      file(`{"w":${entry('[4294967296,4294967296]', 0, 0)}}`, 0),
      'bad-weights',
      /needs 73786976294838206464 bytes, has 0/,
    ],
    // 2^53 + 1 rounds to 2^53 as a double: read as doubles, both ends would look alike.
    [
      'a shape of 2^53 + 1',
      file(`{"w":${entry('[9007199254740993]', 0, 4)}}`, 4),
      'bad-weights',
      /needs 36028797018963972 bytes/,
    ],
    ['negative sizes', file(`{"w":${entry('[-1]', 0, 4)}}`, 4), 'bad-weights', /whole number/],
    ['fractions', file(`{"w":${entry('[1.5]', 0, 4)}}`, 4), 'bad-weights', /whole number/],
    ['exponents', file(`{"w":${entry('[1e1]', 0, 40)}}`, 40), 'bad-weights', /whole number/],
    [
      'many dimensions',
      file(`{"w":${entry(`[${'1,'.repeat(99)}1]`, 0, 4)}}`, 4),
      'bad-weights',
      /100 dimensions/,
    ],
    [
      'a tensor twice',
      file(`{"w":${entry('[1]', 0, 4)},"w":${entry('[1]', 4, 8)}}`, 8),
      'bad-weights',
      /"w" occurs twice/,
    ],
    [
      'a tensor twice, escaped',
      file(`{"w":${entry('[1]', 0, 4)},"\\u0077":${entry('[1]', 4, 8)}}`, 8),
      'bad-weights',
      /"w" occurs twice/,
    ],
    [
      'a field twice',
      file('{"w":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4),
      'bad-weights',
      /occurs twice/,
    ],
    [
      'an unknown field',
      file('{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":"y"}}', 4),
      'bad-weights',
      /unknown field "x"/,
    ],
    ['a tensor that is a text', file('{"w":"x"}', 0), 'bad-weights', /has no dtype/],
    [
      'metadata that is no text',
      file('{"__metadata__":{"a":1}}', 0),
      'bad-weights',
      /metadata "a" is not a text/,
    ],
    [
      'half precision',
      file(`{"w":${entry('[2]', 0, 4, 'F16')}}`, 4),
      'unsupported',
      /1 tensors have an unsupported type \(first: "w" is "F16"\), nothing was loaded/,
    ],
    [
      'bfloat16 beside float32',
      file(two(entry('[1]', 0, 4), entry('[2]', 4, 8, 'BF16')), 8),
      'unsupported',
      /"w2" is "BF16"/,
    ],
    ['float8', file(`{"w":${entry('[4]', 0, 4, 'F8_E4M3')}}`, 4), 'unsupported', /F8_E4M3/],
    ['an invented type', file(`{"w":${entry('[1]', 0, 4, '>f4')}}`, 4), 'unsupported', />f4/],
    ['masks where weights are due', file(`{"w":${entry('[4]', 0, 4, 'U8')}}`, 4), 'unsupported', /U8/],
  ])('refuses %s', (_, bytes, code, message) => {
    const error = refusal(bytes)
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
    expect(error.message.length).toBeLessThan(400)
  })

  it('answers within 100 ms to a header of 100 MB', () => {
    const started = performance.now()
    expect(refusal(file(`{${' '.repeat(100_000_000)}}`, 0)).code).toBe('too-large')
    // Building the file is part of this time and most of it; the reader itself looks at eight bytes.
    expect(performance.now() - started).toBeLessThan(5_000)
    const bytes = file('{}', 4000, 100_000_000n)
    const again = performance.now()
    expect(refusal(bytes).code).toBe('bad-weights')
    expect(performance.now() - again).toBeLessThan(100)
  })

  it('names tensors that hold NaN or infinity, and loads the rest as it is', () => {
    const tensors = new Map<string, Tensor>([
      ['fine', { shape: [1], data: Float32Array.of(1) }],
      ['gru.w_hh', { shape: [2], data: Float32Array.of(0, Number.NaN) }],
      ['b', { shape: [1], data: Float32Array.of(-Infinity) }],
    ])
    const read = readSafetensors(writeSafetensors(tensors))
    expect(read.nonFinite).toEqual(['gru.w_hh', 'b'])
    expect(nonFiniteWarning(read.nonFinite)).toMatch(
      /^2 tensors contain NaN or infinity \(first: gru\.w_hh\)/,
    )
    expect(nonFiniteWarning([])).toBeUndefined()
  })
})

describe('any bytes', () => {
  const valid = writeSafetensors(
    new Map([
      ['w1', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ['w2', { shape: [3], data: Float32Array.of(5, 6, 7) }],
    ]),
    new Map([['cell', 'GRU']]),
  )

  /** Whatever the bytes are, the answer is a whole file or a LacunaError. */
  function survives(bytes: Uint8Array): void {
    try {
      const { tensors } = readSafetensors(bytes)
      for (const { shape, data } of tensors.values())
        expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length)
    } catch (error) {
      expect(error).toBeInstanceOf(LacunaError)
      expect(['bad-weights', 'too-large', 'unsupported']).toContain((error as LacunaError).code)
    }
  }

  it('survive changed bytes', () => {
    const change = fc.tuple(fc.nat(valid.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = valid.slice()
        for (const [at, value] of changes) bytes[at] = value
        survives(bytes)
      }),
      { numRuns: 5_000, seed: 2 },
    )
  })

  it('survive being cut anywhere, and noise', () => {
    for (let length = 0; length < valid.length; length++) {
      expect(refusal(valid.slice(0, length)).code).toBe('bad-weights')
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 2_000, seed: 3 })
  })

  it('survive any JSON as header', () => {
    const headers = fc.oneof(
      fc.json(),
      fc.dictionary(fc.string(), fc.json()).map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(headers, fc.nat(64), (header, data) => survives(file(header, data))),
      { numRuns: 2_000, seed: 4 },
    )
  })
})

describe('files on disk', () => {
  it('are read whole', async () => {
    const name = path.join(tempDir(), 'w.safetensors')
    writeFileSync(name, writeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]])))
    expect([...(await loadSafetensors(name)).tensors.get('w')!.data]).toEqual([1, 2])
  })

  it('are refused with the same words, or as not found', async () => {
    const name = path.join(tempDir(), 'w.safetensors')
    writeFileSync(name, file('{}', 0, 2n ** 63n))
    await expect(loadSafetensors(name)).rejects.toThrow(/header says 9\.2 EB/)
    await expect(loadSafetensors(`${name}.missing`)).rejects.toMatchObject({ code: 'not-found' })
    await expect(loadSafetensors(path.dirname(name))).rejects.toBeInstanceOf(LacunaError)
  })
})
