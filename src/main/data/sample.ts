// The dataset that is there at first start. Its definition lies in resources/sample.json; the content is generated.
import { z } from 'zod'
import { reberParametersSchema } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import definition from '../../../resources/sample.json' with { type: 'json' }
import { generateReber, type GeneratedDataset } from './reber.ts'

const sampleSchema = z.strictObject({ name: z.string().min(1), generate: reberParametersSchema })

/**
 * Generate the ready sample.
 * @throws LacunaError internal when the definition is not valid
 */
export function sampleDataset(): GeneratedDataset & { name: string } {
  const parsed = sampleSchema.safeParse(definition)
  if (!parsed.success)
    throw new LacunaError(
      'internal',
      `resources/sample.json is not a valid sample: ${z.prettifyError(parsed.error)}`,
    )
  return { name: parsed.data.name, ...generateReber(parsed.data.generate) }
}
