// Reads any delimited text file as records of texts, for tables that are no datasets. Keeps every cell as it is written.
import { diagnose } from './diagnose.ts'
import { stopError } from './problems.ts'
import { planReading, scan } from './scan.ts'
import { openSource } from './source.ts'

/** A cell that is missing at the end of a short row is an empty text. */
export type TextRecord = Record<string, string>

/**
 * Read all rows of a table, each as its texts by column name.
 * @throws LacunaError not-found, bad-input for what is not one well-formed table (the first problem, with its line),
 *   too-large
 */
export async function readRecords(path: string): Promise<TextRecord[]> {
  const source = await openSource(path)
  try {
    const plan = await planReading(source, {})
    const records: TextRecord[] = []
    let names: string[] = []
    const sink = {
      onColumns: (columns: string[]) => void (names = columns),
      onRow: (_line: number, cells: (string | null)[]) =>
        void records.push(Object.fromEntries(names.map((name, k) => [name, cells[k] ?? '']))),
    }
    const result = await scan(source, plan, {}, sink, {})
    const problems = [...plan.problems, ...diagnose(source.name, result, plan.encoding, {})]
    if (problems.some(({ severity }) => severity === 'stop')) throw stopError(problems)
    return records
  } finally {
    await source.close()
  }
}
