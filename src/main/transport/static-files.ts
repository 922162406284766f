// The built interface as answers: shared by the local server and the app:// protocol. Serves regular files inside one
// folder and nothing else: no traversal in any encoding, no symlink that leaves the folder, no listing.
import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { contentSecurityPolicy, securityHeaders } from './security-headers.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

export interface StaticAnswer {
  status: 200 | 400 | 403 | 404
  headers: Record<string, string>
  body: Buffer
}

/**
 * Find the file a URL path names inside `root`, looking at the text only.
 * @param urlPath still percent-encoded, without query
 * @returns an absolute path, or the reason for refusing: `malformed` encoding, or `outside` the folder
 */
export function resolveStaticPath(root: string, urlPath: string): string | 'malformed' | 'outside' {
  let path: string
  try {
    path = decodeURIComponent(urlPath)
  } catch {
    // A URIError says only that the escapes are wrong, which is the answer.
    return 'malformed'
  }
  if (path.includes('\0')) return 'malformed'
  if (path.includes('\\') || path.split('/').includes('..')) return 'outside'
  const file = resolve(root, path.replace(/^\/+/, ''))
  return isInside(root, file) ? file : 'outside'
}

/** Tell whether `file` is `folder` itself or below it, both absolute. */
export function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * Answer one GET; `/` is index.html. The views of the interface live in the hash, so other paths are files or nothing.
 * @param connect further sources for connections in the content policy
 */
export async function staticAnswer(
  root: string,
  urlPath: string,
  connect: readonly string[] = [],
): Promise<StaticAnswer> {
  const file = resolveStaticPath(root, urlPath)
  if (file === 'malformed') return refusal(400, 'The address is malformed.')
  if (file === 'outside') return refusal(403, 'Not allowed.')
  const found = await realFile(file === resolve(root) ? join(file, 'index.html') : file)
  if (found === undefined) {
    return refusal(404, urlPath === '/' ? 'The interface is not built; run: npm run build' : 'Not found.')
  }
  if (!isInside(await realpath(root), found)) return refusal(403, 'Not allowed.')
  return {
    status: 200,
    headers: {
      ...securityHeaders(contentSecurityPolicy(connect)),
      'Content-Type': TYPES[extname(found)] ?? 'application/octet-stream',
      'Cache-Control': cacheControl(urlPath, found),
    },
    body: await readFile(found),
  }
}

function cacheControl(urlPath: string, file: string): string {
  if (extname(file) === '.html') return 'no-store'
  // Names in assets/ hold a hash of their content.
  return urlPath.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache'
}

/** The path behind all symlinks, or undefined when it is no regular file. */
async function realFile(file: string): Promise<string | undefined> {
  try {
    const real = await realpath(file)
    return (await stat(real)).isFile() ? real : undefined
  } catch (error) {
    if (
      ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')
    ) {
      return undefined
    }
    throw error
  }
}

/** A refusal as text; the path is never echoed. */
export function refusal<S extends number>(status: S, message: string) {
  return {
    status,
    headers: {
      ...securityHeaders(contentSecurityPolicy()),
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
    } as Record<string, string>,
    body: Buffer.from(`${message}\n`),
  }
}
