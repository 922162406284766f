// Types of cache-paths.mjs.

/** What the paths depend on; `env` needs LOCALAPPDATA and XDG_CACHE_HOME only. */
export interface Machine {
  platform: string // process.platform
  arch: string // process.arch
  env: Record<string, string | undefined>
  home: string // os.homedir()
}

export declare const LIBTENSORFLOW_VERSION: string
export declare const BINDING_RECIPE: number
export declare function userCacheFolder(machine: Machine): string
export declare function libtensorflowFolder(machine: Machine): string
export declare function bindingFile(folder: string, tfjsVersion: string): string
