// Binding of number fields that may be empty while a person types.

/** Value and listener for a number field of `owner`; an emptied field holds null, which the schema then judges. */
export function optional<O extends object, K extends keyof O>(owner: O, key: K) {
  return {
    value: owner[key] as number | null,
    'onUpdate:value': (value: number | null) => {
      owner[key] = value as O[K]
    },
  }
}

/** The same for a field that may be absent: an emptied field is removed. */
export function absent<O extends object>(owner: O, key: keyof O) {
  return {
    value: (owner[key] ?? null) as number | null,
    'onUpdate:value': (value: number | null) => {
      if (value === null) Reflect.deleteProperty(owner, key)
      else owner[key] = value as O[keyof O]
    },
  }
}
