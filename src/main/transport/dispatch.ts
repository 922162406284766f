// The one door from any transport to the application: checks name and arguments, calls the handler, returns a reply.
// Refuses everything that is not in the contract; no handler sees arguments that did not pass its schema.
import type { z } from 'zod'
import {
  isRequestName,
  requests,
  type Handlers,
  type Reply,
  type RequestName,
} from '../../shared/contract.ts'
import { LacunaError, toErrorReport } from '../../shared/errors.ts'
import type { Log } from './host.ts'

export const MAX_ARGUMENT_DEPTH = 64
export const MAX_ARGUMENT_VALUES = 200_000
export const MAX_ARGUMENT_CHARACTERS = 16 * 1024 * 1024
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Refuse what no honest caller sends, before a schema walks over it: keys that reach prototypes, nesting deeper than
 * 64, more than 200,000 values or 16 M characters, and anything that JSON cannot hold (maps, functions, cycles).
 * @throws LacunaError bad-request
 */
export function assertPlainData(root: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }]
  let values = 0
  let characters = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next
    if (typeof value === 'string') characters += value.length
    if (++values > MAX_ARGUMENT_VALUES || characters > MAX_ARGUMENT_CHARACTERS) {
      throw refusal('hold more data than a request may carry; send large content as a file')
    }
    if (typeof value !== 'object' || value === null) {
      assertScalar(value)
      continue
    }
    if (depth >= MAX_ARGUMENT_DEPTH) throw refusal(`are nested deeper than ${MAX_ARGUMENT_DEPTH} levels`)
    for (const inner of Array.isArray(value) ? value : recordValues(value)) {
      open.push({ value: inner, depth: depth + 1 })
      // Stop a huge array before it is copied to the list of open values.
      if (open.length > MAX_ARGUMENT_VALUES) throw refusal('hold more data than a request may carry')
    }
  }
}

function assertScalar(value: unknown): void {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    throw refusal(`hold a ${typeof value}; only JSON values are allowed`)
  }
}

function recordValues(value: object): unknown[] {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refusal('hold an object that is not plain; only JSON values are allowed')
  }
  const bad = Object.keys(value).find((key) => FORBIDDEN_KEYS.has(key))
  if (bad !== undefined) throw refusal(`hold the key '${bad}', which is not allowed`)
  return Object.values(value)
}

function refusal(why: string): LacunaError {
  return new LacunaError('bad-request', `The arguments of the request ${why}.`)
}

/** Call one request. Never throws: expected failures come back as they are, defects as `internal` without a stack. */
export async function dispatch(
  handlers: Handlers,
  name: unknown,
  args: unknown,
  log: Log,
): Promise<Reply<RequestName>> {
  try {
    if (!isRequestName(name)) {
      const shown = typeof name === 'string' ? `'${name.slice(0, 60)}'` : 'without a name'
      throw new LacunaError('bad-request', `There is no request ${shown}.`)
    }
    assertPlainData(args)
    const parsed = requests[name].args.safeParse(args)
    if (!parsed.success) throw invalidArguments(name, parsed.error)
    // The schema that was just applied belongs to the same name, which TypeScript cannot follow through the table.
    const handler = handlers[name] as (args: unknown) => Promise<never>
    return { ok: true, result: await handler(parsed.data) }
  } catch (error) {
    return { ok: false, error: reportError(error, typeof name === 'string' ? name : 'request', log) }
  }
}

/** Turn anything thrown into what the other side may see; a defect is logged here and loses its details there. */
export function reportError(error: unknown, what: string, log: Log): ReturnType<typeof toErrorReport> {
  const report = toErrorReport(error)
  if (report.code !== 'internal') return report
  log('error', `${what.slice(0, 60)} failed unexpectedly`, error)
  return { code: 'internal', message: `Lacuna met a defect: ${report.message}` }
}

function invalidArguments(name: string, error: z.ZodError): LacunaError {
  const lines = error.issues.slice(0, 20).map((i) => `${i.path.join('.') || 'arguments'}: ${i.message}`)
  return new LacunaError('bad-request', `The arguments of ${name} are not valid: ${lines.join('; ')}.`, lines)
}
