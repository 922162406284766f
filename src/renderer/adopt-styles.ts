// Naive UI and its parts insert style elements, which a content security policy without 'unsafe-inline' blocks.
// Here those texts become constructable style sheets, which the policy allows. Touches no other element.

const MARK = 'cssr-id'
const LAYER = 'library'

/**
 * Catch the style elements css-render puts into the document's head, adopt their text as style sheets of the cascade
 * layer `library`, and answer its lookups. Rules outside a layer, ours, therefore always win. Call once, before the
 * first component mounts.
 */
export function adoptLibraryStyles(target: Document = document): void {
  const known = new Map<string, Element>()
  const { head } = target
  const find = head.querySelector.bind(head)
  const append = head.appendChild.bind(head)
  const insert = head.insertBefore.bind(head)
  const taken = (node: Node): boolean => {
    const id = styleId(node)
    if (id === undefined) return false
    if (!known.has(id)) adopt(target, node.textContent ?? '')
    known.set(id, node as Element)
    return true
  }
  Object.assign(head, {
    querySelector: (selector: string) => {
      const id = /^style\[cssr-id="(.*)"\]$/.exec(selector)?.[1]
      return id === undefined ? find(selector) : (known.get(id) ?? null)
    },
    appendChild: (node: Node) => (taken(node) ? node : append(node)),
    insertBefore: (node: Node, before: Node | null) => (taken(node) ? node : insert(node, before)),
  })
}

function styleId(node: Node): string | undefined {
  return node instanceof HTMLStyleElement ? (node.getAttribute(MARK) ?? undefined) : undefined
}

function adopt(target: Document, text: string): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`@layer ${LAYER} {${text}}`)
  target.adoptedStyleSheets.push(sheet)
}
