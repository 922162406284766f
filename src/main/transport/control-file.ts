// How a second command finds the server that runs on a workspace: a file only the owner can read, with the port and
// the secret that asks for a fresh address. Holds no token and no cookie.
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { HttpServer } from './http.ts'

const controlSchema = z.strictObject({
  pid: z.number().int(),
  port: z.number().int().min(1).max(65_535),
  secret: z.string().min(32).max(200),
})
const replySchema = z.object({ ok: z.literal(true), result: z.object({ address: z.url() }) })

function controlPath(workspace: string): string {
  return join(workspace, 'server.json')
}

/** Write the control file of a running server, readable by its owner only. */
export async function writeControlFile(workspace: string, server: HttpServer): Promise<void> {
  const path = controlPath(workspace)
  const temporary = `${path}.${process.pid}.tmp`
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(
      JSON.stringify({ pid: process.pid, port: server.port, secret: server.controlSecret }),
    )
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

export async function removeControlFile(workspace: string): Promise<void> {
  await rm(controlPath(workspace), { force: true })
}

/** Ask the server that runs on this workspace for a fresh address; undefined when none answers. */
export async function requestAddress(workspace: string): Promise<string | undefined> {
  try {
    const { port, secret } = controlSchema.parse(JSON.parse(await readFile(controlPath(workspace), 'utf8')))
    const response = await fetch(`http://127.0.0.1:${port}/api/address`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      redirect: 'error',
      signal: AbortSignal.timeout(3000),
    })
    return replySchema.parse(await response.json()).result.address
  } catch {
    // No file, a file of a server that ended, or another program on its port: no server of ours answers.
    return undefined
  }
}
