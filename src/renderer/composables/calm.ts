// Fewer calls than events: many events in a burst lead to one fetch soon and one after the last.

/** Wrap `action` so that it runs at once, then at most every `everyMs`, and once after the last call. */
export function calm(action: () => void, everyMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let again = false
  const run = () => {
    action()
    again = false
    timer = setTimeout(() => {
      timer = undefined
      if (again) run()
    }, everyMs)
  }
  return () => {
    if (timer === undefined) run()
    else again = true
  }
}
