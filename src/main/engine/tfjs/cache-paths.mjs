// Where libtensorflow and the compiled tfjs binding live on a machine: one answer for the set-up scripts and the engine.
// Plain JavaScript, because the set-up also runs on a Node that cannot read TypeScript. Touches no file.
import path from 'node:path'

/** Version of the TensorFlow wheel that libtensorflow is taken from. */
export const LIBTENSORFLOW_VERSION = '2.21.0'

/** Raise it when the way the binding is compiled changes, so that caches of older checkouts are not reused. */
export const BINDING_RECIPE = 2

/**
 * The cache folder of the user, by the habits of the platform.
 * @param {import('./cache-paths.mjs').Machine} machine
 * @returns {string}
 */
export function userCacheFolder({ platform, env, home }) {
  if (platform === 'win32') return env.LOCALAPPDATA || path.win32.join(home, 'AppData', 'Local')
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Caches')
  // A relative XDG_CACHE_HOME is invalid and ignored (XDG Base Directory Specification).
  const xdg = env.XDG_CACHE_HOME ?? ''
  return path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, '.cache')
}

/**
 * The folder that holds `lib`, `include` and the bindings compiled against them.
 * @param {import('./cache-paths.mjs').Machine} machine
 * @returns {string}
 */
export function libtensorflowFolder(machine) {
  const { join } = machine.platform === 'win32' ? path.win32 : path.posix
  const name = `libtensorflow-${LIBTENSORFLOW_VERSION}-${machine.platform}-${machine.arch}`
  return join(userCacheFolder(machine), 'lacuna', name)
}

/**
 * The binding of one tfjs-node version inside a libtensorflow folder; it finds its libraries at `../lib`.
 * @param {string} folder
 * @param {string} tfjsVersion
 * @returns {string}
 */
export function bindingFile(folder, tfjsVersion) {
  const separator = folder.includes('\\') ? '\\' : '/'
  return [folder, `tfjs-${tfjsVersion}-${BINDING_RECIPE}`, 'tfjs_binding.node'].join(separator)
}
