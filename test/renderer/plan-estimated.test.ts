import { expect, it } from 'vitest'
import { createApp, effectScope } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useStudyForm } from '../../src/renderer/composables/use-study-form.ts'
import { settle, startStores } from './support/fake-browser.ts'

it('the plan of a new study is asked for again when the speed of the machine has been measured', async () => {
  const { asked, emit } = startStores('full')
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: {} }] })
  const app = createApp({}).use(router)
  await router.push('/?kind=training&dataset=da0a')
  const scope = effectScope()
  const { plan } = app.runWithContext(() => scope.run(useStudyForm)!)
  const plans = () => asked.filter((name) => name === 'study/plan').length
  await expect.poll(() => plan.value?.runs.length).toBeGreaterThan(0)
  expect(plans()).toBe(1)
  emit('plan/estimated', {})
  await expect.poll(plans).toBe(2)
  scope.stop() // the view was left
  emit('plan/estimated', {})
  await settle()
  expect(plans()).toBe(2)
})
