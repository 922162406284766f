// Opens the user's browser without a shell. Never fails the caller: the address is printed, so a person can go there.
import { spawn } from 'node:child_process'

/** Program and arguments that open an address on a platform. */
export function browserCommand(address: string, platform: NodeJS.Platform): [string, string[]] {
  if (platform === 'darwin') return ['open', [address]]
  // The protocol handler directly: `start` is a word of cmd.exe, a shell.
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', address]]
  return ['xdg-open', [address]]
}

/**
 * Open `address`; resolves with why it did not work, or undefined. An opener that is still running after two seconds
 * is taken to have worked: on some systems it is the browser itself.
 */
export function openBrowser(
  address: string,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const [program, args] = browserCommand(address, platform)
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true, windowsHide: true })
    const timer = setTimeout(() => resolve(undefined), 2000)
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      resolve(error.code === 'ENOENT' ? `${program} was not found` : error.message)
    })
    child.on('exit', (code) => {
      clearTimeout(timer)
      resolve(code === 0 ? undefined : `${program} ended with ${code ?? 'a signal'}`)
    })
    child.unref()
  })
}
