// `lacuna serve` and `lacuna open`: the same workbench in the browser of this machine.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { LacunaError } from '../../shared/errors.ts'
import { removeControlFile, requestAddress, writeControlFile } from '../transport/control-file.ts'
import { startHttpServer, type HttpServer } from '../transport/http.ts'
import {
  commonOptions,
  log,
  untilStopped,
  wholeNumber,
  withWorkbench,
  type CommonOptions,
} from './context.ts'
import { openBrowser } from './open-browser.ts'
import { note, printJson, printLine } from './output.ts'
import { workspaceFolder } from './workspace-folder.ts'

interface ServeOptions extends CommonOptions {
  port?: number
  open: boolean
  because?: string
}

export function addServeCommands(program: Command): void {
  const options = (command: Command) =>
    commonOptions(command)
      .option('--port <number>', 'port on 127.0.0.1 (default: any free one)', wholeNumber(0, 65_535))
      .option('--no-open', 'only print the address')
  options(program.command('serve'))
    .description('serve the workbench to the browser of this machine until Ctrl+C')
    .action((given: ServeOptions) => serve(given))
  options(program.command('open'))
    .description('open the workbench in the browser; a running server is used again')
    .addOption(program.createOption('--because <reason>').hideHelp())
    .action((given: ServeOptions) => openWorkspace(given))
}

async function openWorkspace(options: ServeOptions): Promise<void> {
  const running = await requestAddress(workspaceFolder(options.workspace))
  if (running === undefined) return serve(options)
  await present(running, options)
}

async function serve(options: ServeOptions): Promise<void> {
  const rendererFolder = findRenderer(import.meta.dirname)
  await withWorkbench({ ...options, command: 'serve', work: true }, async (workbench, workspace) => {
    const server = await startHttpServer(workbench, { rendererFolder, log, ...portOf(options) })
    try {
      const stopped = untilStopped() // before the address is said: whoever reads it may stop the server
      await writeControlFile(workspace, server)
      await present(server.newAddress(), options)
      offerFreshAddresses(server)
      await stopped
      note('Stopping and saving.')
    } finally {
      await removeControlFile(workspace)
      await server.close()
    }
  })
}

function portOf({ port }: ServeOptions): { port?: number } {
  return port === undefined ? {} : { port }
}

/** Print the address, and open it unless that is not wanted. */
async function present(address: string, options: ServeOptions): Promise<void> {
  if (options.json === true) printJson({ address })
  else if (options.because !== undefined)
    printLine(`${options.because}: opening the same workbench in your browser at ${address}`)
  else printLine(`Lacuna is at ${address}`)
  if (!options.open) return
  const problem = await openBrowser(address)
  if (problem !== undefined)
    note(`The browser could not be opened (${problem}); open the address above yourself.`)
}

/** An address works once; on a terminal Enter makes another. `lacuna open` does so everywhere. */
function offerFreshAddresses(server: HttpServer): void {
  if (!process.stdin.isTTY) return
  note('The address works once; press Enter for a fresh one, Ctrl+C to stop.')
  process.stdin.on('data', () => printLine(server.newAddress()))
  process.stdin.unref()
}

/** The built interface: beside the build this runs from, or in the checkout whose sources run. */
function findRenderer(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const built = join(folder, 'out', 'renderer')
    if (existsSync(join(built, 'index.html'))) return built
    if (folder === dirname(folder)) {
      throw new LacunaError('not-found', 'The interface is not built; run `npm run build` and try again.')
    }
  }
}
