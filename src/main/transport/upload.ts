// Receives one file from the interface into the workspace's incoming folder. The name a browser gives is shown to
// people and never used as a path.
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FileRef } from '../../shared/contract.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { TransportHost } from './host.ts'

/** Largest file that is taken, in bytes. */
export const MAX_UPLOAD_BYTES = 4 * 1024 ** 3

/** The last part of a file name without control characters, at most 255 characters, for display. */
export function displayName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  // eslint-disable-next-line no-control-regex -- control and bidirectional characters can hide what a name is
  const clean = last.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim()
  return clean === '' || clean === '.' || clean === '..' ? 'file' : clean.slice(0, 255)
}

/**
 * Stream `body` to disk and stage it. The partial file is removed when the sender goes away, the limit is passed or
 * the disk is full.
 * @throws LacunaError too-large, disk-full, or cancelled when the connection ends early
 */
export async function receiveFile(
  host: TransportHost,
  body: Readable,
  options: { name: string; limit: number },
): Promise<FileRef> {
  await mkdir(host.incomingFolder, { recursive: true, mode: 0o700 })
  const path = join(host.incomingFolder, `${randomBytes(16).toString('hex')}.upload`)
  try {
    // Read through an iterator that leaves the connection open on failure, so that the reason can still be answered.
    const chunks = body.iterator({ destroyOnReturn: false })
    await pipeline(chunks, limitBytes(options.limit), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return host.stageFile(path, { owned: true, name: displayName(options.name) })
  } catch (error) {
    await rm(path, { force: true })
    throw explain(error)
  }
}

function limitBytes(limit: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > limit) done(tooLarge(limit))
      else done(null, chunk)
    },
  })
}

export function tooLarge(limit: number): LacunaError {
  return new LacunaError(
    'too-large',
    `The file is larger than ${limit} bytes, the most that can be sent at once.`,
  )
}

function explain(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC') {
    return new LacunaError(
      'disk-full',
      'There is no room for the file on the volume of the workspace.',
      undefined,
      {
        cause: error,
      },
    )
  }
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') {
    return new LacunaError('cancelled', 'The file was not sent to its end.', undefined, { cause: error })
  }
  return error
}
