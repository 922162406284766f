#!/usr/bin/env node
// The `lacuna` command. In a checkout it builds what the command needs when that is missing or stale; then it runs the
// command line on a Node that is new enough. Exit codes and signals pass through.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'out', 'main', 'cli.js')

/** better-sqlite3 and the type-free sources need Node 22.18; older ones are replaced by the pinned Node 24. */
function isNewEnough([major, minor]) {
  return major > 22 || (major === 22 && minor >= 18)
}

function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  return [join(root, 'node_modules', 'node', 'bin', name), join(root, '..', 'node', 'bin', name)].find(
    existsSync,
  )
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const current = isNewEnough(process.versions.node.split('.').map(Number))
const node = current ? process.execPath : pinnedNode()
if (node === undefined) {
  fail(
    `Lacuna needs Node 22.18 or newer and found ${process.versions.node}; install a newer Node and try again.`,
  )
}

if (existsSync(join(root, 'src', 'main', 'cli.ts'))) {
  const { ensureBuilt } = await import('../scripts/build.mjs')
  const shown = process.argv.slice(2).some((word) => word === 'open' || word === 'serve')
  const problem = await ensureBuilt(shown ? ['main', 'renderer'] : ['main'], node)
  if (problem !== undefined) fail(`${problem.trim()}\nThe build failed; nothing was run.`)
} else if (!existsSync(cli)) {
  fail(`Lacuna is not complete: ${cli} is missing; install it again.`)
}

if (current) {
  process.argv[1] = cli
  await import(pathToFileURL(cli).href)
} else {
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  // A terminal sends Ctrl+C to both processes; only without one it has to be passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.on('error', (error) => fail(`Node could not be started: ${error.message}.`))
  child.on('close', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}
