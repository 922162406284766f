// The table of allowed imports (design.md section 4, ARCHITECTURE.md). An import across an arrow that is not in the
// table fails here, with the file and the import.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Parts of the house by path prefix, the longest prefix wins; and the parts each may import besides itself. */
const PARTS: Record<string, readonly string[]> = {
  'src/shared': [],
  'src/renderer': ['src/shared'],
  'src/main/data': ['src/shared', 'engine types'],
  'src/main/graph': ['src/shared', 'engine types'],
  'src/main/stats': ['src/shared'],
  'src/main/prune': ['src/shared', 'src/main/engine'],
  'src/main/engine': ['src/shared'],
  'src/main/store': ['src/shared'],
  'src/main/report': ['src/shared', 'src/main/stats'],
  'src/main/bundle': ['src/shared', 'src/main/store', 'src/main/study', 'src/main/data'],
  'src/main/study': [
    'src/shared',
    'src/main/engine',
    'src/main/prune',
    'src/main/graph',
    'src/main/data',
    'src/main/stats',
    'src/main/store',
  ],
  'src/main/compare': ['src/shared', 'src/main/stats', 'src/main/store'],
  'src/main/transport': ['src/shared'],
  'src/main/workbench': [
    'src/shared',
    'src/main/engine',
    'src/main/study',
    'src/main/store',
    'src/main/data',
    'src/main/graph',
    'src/main/stats',
    'src/main/report',
    'src/main/bundle',
    'src/main/compare',
    'src/main/transport',
  ],
  'src/main/commands': ['src/shared', 'src/main'],
  'src/main/cli': ['src/shared', 'src/main'],
  'src/main/index': ['src/shared', 'src/main'],
}

/** Packages that only some parts may use; everything else is open to all of src/main. */
const PACKAGES: Record<string, readonly string[]> = {
  electron: ['src/main/transport', 'src/main/index'],
  'better-sqlite3': ['src/main/store'],
  '@tensorflow': ['src/main/engine'],
  ws: ['src/main/transport'],
  vue: ['src/renderer'],
  echarts: ['src/renderer'],
}

interface Import {
  from: string
  target: string
  typeOnly: boolean
}

function sourceFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.(ts|vue)$/.test(f) && !f.endsWith('.d.ts'))
    .map((f) => `src/${f.split(sep).join('/')}`)
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\s+from\s+)?['"]([^'"]+)['"]/gm
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
  const found = [
    ...[...text.matchAll(statement)].map((m) => ({ target: m[2]!, typeOnly: m[1] !== undefined })),
    ...[...text.matchAll(dynamic)].map((m) => ({ target: m[1]!, typeOnly: false })),
  ]
  return found.map(({ target, typeOnly }) => ({
    from: file,
    target: target.startsWith('.')
      ? relative(root, resolve(root, dirname(file), target))
          .split(sep)
          .join('/')
      : target,
    typeOnly,
  }))
}

function partOf(path: string): string {
  const part = Object.keys(PARTS)
    .filter((p) => path === p || path.startsWith(`${p}/`) || path.startsWith(`${p}.`))
    .sort((a, b) => b.length - a.length)[0]
  if (part === undefined)
    throw new Error(`${path} belongs to no part of the table in ${import.meta.filename}`)
  return part
}

function mayImport({ from, target, typeOnly }: Import): boolean {
  const part = partOf(from)
  if (!target.startsWith('src/')) {
    const rule = Object.entries(PACKAGES).find(([name]) => target === name || target.startsWith(`${name}/`))
    return rule === undefined || rule[1].includes(part) || (typeOnly && target === 'electron')
  }
  const other = partOf(target)
  const allowed = PARTS[part]!
  if (other === part || allowed.some((a) => other === a || other.startsWith(`${a}/`))) return true
  return other === 'src/main/engine' && typeOnly && allowed.includes('engine types')
}

describe('the arrows of the house', () => {
  const all = sourceFiles().flatMap(importsOf)

  it('reads the imports it judges', () => {
    expect(all.length).toBeGreaterThan(50)
  })

  it('are kept by every import', () => {
    expect(all.filter((i) => !mayImport(i)).map((i) => `${i.from} imports ${i.target}`)).toEqual([])
  })

  it('keep Node out of what the browser runs', () => {
    const browser = all.filter((i) => /^src\/(shared|renderer)\//.test(i.from))
    expect(
      browser.filter((i) => i.target.startsWith('node:')).map((i) => `${i.from} imports ${i.target}`),
    ).toEqual([])
  })

  it('refuse an import that is not in the table', () => {
    expect(mayImport({ from: 'src/main/engine/x.ts', target: 'src/main/store/y.ts', typeOnly: false })).toBe(
      false,
    )
    expect(mayImport({ from: 'src/shared/x.ts', target: 'src/main/store/y.ts', typeOnly: true })).toBe(false)
    expect(
      mayImport({ from: 'src/main/data/x.ts', target: 'src/main/engine/engine.ts', typeOnly: false }),
    ).toBe(false)
    expect(mayImport({ from: 'src/renderer/x.ts', target: 'electron', typeOnly: false })).toBe(false)
  })
})
