import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { describeEngine } from './engine-contract.ts'

// Against itself the oracle must agree exactly; what this file tests are the rules every engine keeps.
describeEngine('oracle', () => oracleEngine, { loss: 0, gradient: 0, values: 0, trained: 0 })
