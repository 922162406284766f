// The published results (Darji 2021) that ours are held against: schema of resources/published.json.
import { z } from 'zod'
import { PROPERTY_NAMES } from './graph.ts'
import { CELLS } from './network.ts'
import { REGRESSORS } from './structure-analysis.ts'
import { TARGETS } from './study.ts'

const accuracy = z.number().min(0).max(1)
const byCell = z.record(z.enum(CELLS), z.number())
const percentByTarget = z.strictObject({ both: z.number(), i2h: z.number(), h2h: z.number() })

export const publishedSchema = z.strictObject({
  source: z.string(),
  licence: z.string(),
  claims: z.strictObject({
    safe: z.record(z.enum(CELLS), percentByTarget), // safe percentages as the text claims them
    regain: z.strictObject({
      epochs: z.number().int(), // retraining epochs that regain the accuracy, except:
      except: z.array(
        z.strictObject({
          cell: z.enum(CELLS),
          target: z.enum(TARGETS),
          percent: z.number(),
          epochs: z.number().int(),
        }),
      ),
    }),
    recovers: z.array(z.strictObject({ cell: z.enum(CELLS), target: z.enum(TARGETS) })), // with everything pruned
  }),
  pruning: z.array(
    z.strictObject({
      cell: z.enum(CELLS),
      base: z.array(accuracy), // test accuracy after each training epoch, 1 to 50
      levels: z.array(
        z.strictObject({
          target: z.enum(TARGETS),
          percent: z.number(),
          accuracy: z.array(accuracy), // index 0: right after pruning; then after each retraining epoch
        }),
      ),
    }),
  ),
  structure: z.strictObject({
    graphs: z.number().int(), // of each architecture
    correlations: z.partialRecord(z.enum(PROPERTY_NAMES), byCell), // Pearson, with test accuracy
    rSquared: z.record(z.enum(REGRESSORS), byCell), // of one 90/10 split
  }),
})
export type Published = z.infer<typeof publishedSchema>
