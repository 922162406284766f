// Title of a column that sorts, as a button: the component library listens for clicks only, and a button turns Enter and
// Space into one, which rises to the heading.
import { h, type VNode } from 'vue'

export function sortTitle(title: string): () => VNode {
  return () =>
    h('button', { type: 'button', class: 'sort-title', title: `Sort by ${title.toLowerCase()}` }, title)
}
