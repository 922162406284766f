// Small volumes of their own, for tests that fill a disk or cut its power. Only root on Linux can have them.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' })
}

/** Mount a volume for the time of a test; returns its folder. */
export function mountFor(...args: string[]): string {
  const folder = join(tempDir(), 'volume')
  mkdirSync(folder)
  run('mount', ...args, folder)
  onTestFinished(() => run('umount', '-l', folder))
  return folder
}

/** A volume in memory of so many megabytes. */
export function memoryVolume(megabytes: number): string {
  return mountFor('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs')
}

/** An ext4 volume in a file. */
export function fileVolume(megabytes: number): { image: string; folder: string } {
  const image = join(tempDir(), 'image')
  run('truncate', '-s', `${megabytes}M`, image)
  run('mkfs.ext4', '-q', '-F', image)
  return { image, folder: mountFor('-o', 'loop', image) }
}

/** Why such volumes cannot be had here, or undefined when they can. */
export function volumesMissing(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root, to mount a volume'
  try {
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
    const image = join(folder, 'image')
    run('truncate', '-s', '16M', image)
    run('mkfs.ext4', '-q', '-F', image)
    mkdirSync(join(folder, 'volume'))
    run('mount', '-o', 'loop', image, join(folder, 'volume'))
    run('umount', join(folder, 'volume'))
    run('rm', '-r', folder)
    return undefined
  } catch (error) {
    return `volumes cannot be mounted here (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`
  }
}
