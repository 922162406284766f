// Folders of the cache that are either complete or absent: made beside their place, renamed into it, checked by a
// manifest of file sizes. Knows nothing of what is in them.
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Fault of a folder that was never made, as opposed to a damaged one. */
export const NOT_THERE = 'not there'

const MANIFEST = 'manifest.json'
const TEMPORARY = '.tmp-'
const STALE_MS = 24 * 3_600_000

/** @param {string} folder @param {string} [inside] @returns {Promise<Record<string, number>>} sizes by relative path */
async function fileSizes(folder, inside = '') {
  /** @type {Record<string, number>} */
  const sizes = {}
  for (const entry of await readdir(path.join(folder, inside), { withFileTypes: true })) {
    const name = inside === '' ? entry.name : `${inside}/${entry.name}`
    if (entry.isDirectory()) Object.assign(sizes, await fileSizes(folder, name))
    else if (name !== MANIFEST) sizes[name] = (await stat(path.join(folder, name))).size
  }
  return sizes
}

/**
 * Say why `folder` cannot be used as it is; undefined when every file of its manifest is there in full.
 * @param {string} folder
 * @returns {Promise<string | undefined>}
 */
export async function folderFault(folder) {
  /** @type {{ files: Record<string, number> }} */
  let manifest
  try {
    manifest = JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8'))
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error)
    return ['ENOENT', 'ENOTDIR'].includes(code) ? NOT_THERE : 'its manifest cannot be read'
  }
  for (const [name, size] of Object.entries(manifest.files ?? {})) {
    const found = await stat(path.join(folder, name)).catch(() => undefined)
    if (found === undefined) return `${name} is missing`
    if (found.size !== size) return `${name} has ${found.size} bytes instead of ${size}`
  }
  return Object.keys(manifest.files ?? {}).length === 0 ? 'its manifest is empty' : undefined
}

/**
 * Make `folder` by filling a temporary folder beside it, which replaces whatever was there in one rename. When `fill`
 * throws, the old folder stays as it was.
 * @param {string} folder
 * @param {(temporary: string) => Promise<void>} fill
 * @returns {Promise<void>}
 */
export async function makeFolder(folder, fill) {
  const parent = path.dirname(folder)
  await mkdir(parent, { recursive: true })
  await removeStale(parent)
  const temporary = await mkdtemp(path.join(parent, TEMPORARY))
  try {
    await fill(temporary)
    await writeFile(path.join(temporary, MANIFEST), JSON.stringify({ files: await fileSizes(temporary) }))
    await replace(temporary, folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function replace(/** @type {string} */ temporary, /** @type {string} */ folder) {
  const old = `${temporary}-old`
  await rename(folder, old).catch(ignore('ENOENT'))
  // Another install may have put its own, equal folder there in between: that one stays.
  await rename(temporary, folder).catch(ignore('ENOTEMPTY', 'EEXIST'))
  await rm(old, { recursive: true, force: true })
}

/** Another install may be filling its own temporary folder: only old ones are left-overs of a killed install. */
async function removeStale(/** @type {string} */ parent) {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(TEMPORARY)) continue
    const found = await stat(path.join(parent, name)).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS) {
      await rm(path.join(parent, name), { recursive: true, force: true })
    }
  }
}

/** @param {string[]} codes */
function ignore(...codes) {
  return (/** @type {NodeJS.ErrnoException} */ error) => {
    if (!codes.includes(error.code ?? '')) throw error
  }
}
