// Prints a report as PDF with a Chromium of this machine, headless, in a profile of its own that is deleted afterwards.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LacunaError } from '../../shared/errors.ts'
import { findBrowser } from './browser.ts'

/** Turns an HTML file into a PDF; the desktop shell prints with its own Chromium. */
export type PrintPdf = (html: string) => Promise<Uint8Array>

/** A study of thousands of runs prints in about ten seconds; a browser that hangs is ended. */
const LIMIT_MS = 120_000

/**
 * Print with the installed browser.
 * @throws LacunaError unsupported when there is none, internal when it does not print
 */
export const printWithBrowser: PrintPdf = async (html) => {
  const browser = findBrowser()
  if (browser === undefined) {
    throw new LacunaError(
      'unsupported',
      'No Chromium, Chrome or Edge was found to print the PDF; install one, name it in LACUNA_CHROMIUM, or print the HTML report from any browser.',
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'lacuna-print-'))
  try {
    const page = join(folder, 'report.html')
    const output = join(folder, 'report.pdf')
    await writeFile(page, html, { mode: 0o600 })
    await run(browser, [...switches(folder, output), pathToFileURL(page).href])
    return new Uint8Array(
      await readFile(output).catch((error: unknown) => {
        throw failure(`${browser} ended without a PDF`, error)
      }),
    )
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Names Chromium gives the elements of a tagged PDF; they count from a number that depends on its timing. */
const ELEMENT = /\(node(\d{8})\)/g

/**
 * Take out what depends on the moment of printing, so that the same report gives the same bytes: the dates become a
 * stated one, the elements are numbered from 0. Everything is written with equally many characters in the same order,
 * so nothing in the file moves.
 * @param iso ISO 8601, UTC
 */
export function withStatedDate(pdf: Uint8Array, iso: string): Uint8Array {
  const stamp = iso.slice(0, 19).replaceAll(/[-:T]/g, '')
  const text = Buffer.from(pdf).toString('latin1')
  const elements = [...new Set([...text.matchAll(ELEMENT)].map(([, number]) => number!))].sort()
  const rank = new Map(elements.map((number, i) => [number, String(i).padStart(8, '0')]))
  const plain = text
    .replace(/(\/(?:CreationDate|ModDate) ?\(D:)\d{14}/g, `$1${stamp}`)
    .replace(ELEMENT, (_, number: string) => `(node${rank.get(number)!})`)
  return Buffer.from(plain, 'latin1')
}

function switches(folder: string, output: string): string[] {
  return [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-extensions',
    '--disable-sync',
    `--user-data-dir=${join(folder, 'profile')}`,
    '--no-pdf-header-footer',
    `--print-to-pdf=${output}`,
    // Chromium refuses its sandbox to root; the page holds no script and loads nothing.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ]
}

function run(program: string, parameters: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
    child.on('error', (error) => reject(failure(`${program} could not be started`, error)))
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(failure(`${program} ended with ${signal ?? `exit code ${code}`}`, said.trim()))
    })
  })
}

function failure(what: string, cause: unknown): LacunaError {
  return new LacunaError(
    'internal',
    `The PDF could not be printed: ${what}; export the report as HTML and print it from a browser.`,
    undefined,
    { cause },
  )
}
