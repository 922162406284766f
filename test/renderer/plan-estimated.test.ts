import { expect, it } from 'vitest'
import { createApp, effectScope } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useStudyForm } from '../../src/renderer/composables/use-study-form.ts'
import { useQueue } from '../../src/renderer/stores/queue.ts'
import { settle, startStores } from './support/fake-browser.ts'

/** The form of a new study, as the view has it; `stop` leaves the view. */
async function openForm() {
  const stores = startStores('full')
  const arrived = Promise.withResolvers<object>()
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: {} },
      { path: '/loading', component: () => arrived.promise },
    ],
  })
  const app = createApp({}).use(router)
  await router.push('/?kind=training&dataset=da0a')
  const scope = effectScope()
  const { plan } = app.runWithContext(() => scope.run(useStudyForm)!)
  const plans = () => stores.asked.filter((name) => name === 'study/plan').length
  return { ...stores, router, arrived, plan, plans, stop: () => scope.stop() }
}

it('the plan of a new study is asked for again when the speed of the machine has been measured', async () => {
  const { plan, plans, emit, stop } = await openForm()
  await expect.poll(() => plan.value?.runs.length).toBeGreaterThan(0)
  expect(plans()).toBe(1)
  emit('plan/estimated', {})
  await expect.poll(plans).toBe(2)
  stop() // the view was left
  emit('plan/estimated', {})
  await settle()
  expect(plans()).toBe(2)
})

it('a plan without a time because runs compute is asked for again once none does', async () => {
  const { fake, plan, plans, emit, stop } = await openForm()
  const known = fake.handlers['study/plan']
  fake.handlers['study/plan'] = async (args) => {
    const { estimate: _known, ...rest } = await known(args)
    return { ...rest, unmeasured: 'busy' }
  }
  useQueue().start()
  await expect.poll(() => plan.value?.unmeasured).toBe('busy')
  const before = plans()
  emit('queue/changed', { running: 1, waiting: 3, finished: 0 })
  await settle()
  expect(plans()).toBe(before)
  fake.handlers['study/plan'] = known
  emit('queue/changed', { running: 0, waiting: 0, finished: 4 })
  await expect.poll(() => plan.value?.estimate?.ms).toBeGreaterThan(0)
  expect(plan.value?.unmeasured).toBeUndefined()
  stop()
})

it('a plan that comes while the next view is loading does not call the way there off', async () => {
  const { router, arrived, plan, plans, emit, stop } = await openForm()
  await expect.poll(() => plan.value?.runs.length).toBeGreaterThan(0)
  const left = router.push('/loading')
  await settle()
  emit('plan/estimated', {})
  await settle()
  arrived.resolve({})
  expect(await left).toBeUndefined()
  expect(router.currentRoute.value.path).toBe('/loading')
  expect(plans()).toBe(1)
  stop()
})

it('a view that could not be left goes on planning', async () => {
  const { router, arrived, plan, plans, emit, stop } = await openForm()
  await expect.poll(() => plan.value?.runs.length).toBeGreaterThan(0)
  const left = router.push('/loading')
  await settle()
  arrived.reject(new Error('the part of the app could not be loaded'))
  await expect(left).rejects.toThrow('could not be loaded')
  emit('plan/estimated', {})
  await expect.poll(plans).toBe(2)
  stop()
})
