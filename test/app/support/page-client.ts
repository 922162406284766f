// Asks the running program through the page, with the session the page has.
import type { Page } from 'playwright-core'
import type { Reply, RequestArgs, RequestName, RequestResult } from '../../../src/shared/contract.ts'

/** Send one request; fails with the sentence of its error. */
export async function askPage<N extends RequestName>(
  page: Page,
  name: N,
  args: RequestArgs<N>,
): Promise<RequestResult<N>> {
  const reply = await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' }
    return (await (await fetch('/api/request', { method: 'POST', headers, body })).json()) as unknown
  }, JSON.stringify({ name, args }))
  const answer = reply as Reply<N>
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`)
  return answer.result
}
