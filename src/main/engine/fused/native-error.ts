// Errors of the addon as LacunaErrors.
import type { ErrorCode } from '../../../shared/errors.ts'
import { ERROR_CODES, LacunaError } from '../../../shared/errors.ts'

function isErrorCode(code: unknown): code is ErrorCode {
  return ERROR_CODES.some((known) => known === code)
}

/**
 * Run a call into the addon and give its errors their class.
 * @param explain checks the arguments in JavaScript after a refusal, so that the message names what a person can see;
 *   the addon checks them too, but before every call that would cost more than the addon's own check
 */
export function callNative<T>(call: () => T, explain: () => void = () => undefined): T {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    explain()
    const code = isErrorCode(error.code) ? error.code : 'internal'
    throw new LacunaError(code, error.message, undefined, { cause: error })
  }
}
