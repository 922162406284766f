// Names of files made from names people gave: safe on every system, inside the folder chosen, and still readable.

/** Longest part taken from a name, in characters of a to z, 0 to 9 and dashes. */
const LONGEST = 48

/** Name a report of a study: never a path, a device name, hidden, or empty. `id` keeps equal names apart. */
export function reportFileName(studyName: string, studyId: string, ending: string): string {
  const slug = studyName
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '')
  const safeId = studyId.replace(/[^a-z0-9]+/gi, '').slice(0, 8)
  return ['lacuna', slug, safeId].filter((part) => part !== '').join('-') + `.${ending}`
}
