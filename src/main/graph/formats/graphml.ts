// GraphML, read element by element with line numbers. Any document type is refused before the parser sees the text: entities
// are how a few lines of XML become gigabytes or read files.
import type { SaxesTagNS } from 'saxes'
import { SaxesParser } from 'saxes'
import { LacunaError } from '../../../shared/errors.ts'
import type { GraphImport, GraphImportOptions } from '../../../shared/graph.ts'
import { GraphBuilder } from './builder.ts'

/** What a `<key>` says about the `<data>` that name it. */
interface Key {
  name: string
  domain: string
  default: string | undefined
}

/** An element whose `<data>` are being collected. */
interface Open {
  tag: 'node' | 'edge' | 'key'
  attributes: Map<string, string>
  data: Map<string, string>
  line: number
}

function notGraphml(line: number, reason: string): LacunaError {
  return new LacunaError('bad-input', `This is not a GraphML file: line ${line}: ${reason}.`)
}

/** Holds what has been read while the parser walks through the text. */
class GraphmlReader {
  readonly #builder: GraphBuilder
  readonly #parser = new SaxesParser({ xmlns: true, position: true })
  readonly #keys = new Map<string, Key>()
  readonly #pending: Open[] = [] // nodes and edges: keys may follow them
  #path: string[] = []
  #open: Open | undefined
  #dataKey: string | undefined
  #text = ''
  #graphs = 0

  constructor(options: GraphImportOptions) {
    this.#builder = new GraphBuilder(options, 'line')
    this.#parser.on('error', (error) => {
      throw notGraphml(this.#parser.line, error.message.replace(/^[0-9]+:[0-9]+: /, '').replace(/\.$/, ''))
    })
    this.#parser.on('doctype', () => refuseDoctype())
    this.#parser.on('opentag', (tag) => this.#start(tag))
    this.#parser.on('closetag', (tag) => this.#end(tag.local))
    const collect = (text: string) => {
      if (this.#dataKey !== undefined) this.#text += text
    }
    this.#parser.on('text', collect)
    this.#parser.on('cdata', collect)
  }

  read(text: string): GraphImport {
    this.#parser.write(text).close()
    if (this.#graphs === 0) throw notGraphml(1, 'it holds no <graph>')
    for (const element of this.#pending) this.#add(element)
    return this.#builder.finish('graphml')
  }

  #start(tag: SaxesTagNS): void {
    const { line } = this.#parser
    const attributes = new Map(Object.values(tag.attributes).map(({ local, value }) => [local, value]))
    const parent = this.#path.at(-1)
    if (parent === undefined && tag.local !== 'graphml') {
      throw notGraphml(line, `it begins with <${tag.local.slice(0, 40)}> instead of <graphml>`)
    }
    this.#path.push(tag.local)
    if (tag.local === 'graph') this.#startGraph(attributes, line)
    else if (tag.local === 'node' || tag.local === 'edge' || tag.local === 'key') {
      this.#open = { tag: tag.local, attributes, data: new Map(), line }
    } else if (tag.local === 'data' || tag.local === 'default') {
      this.#dataKey = tag.local === 'default' ? 'default' : attributes.get('key')
      this.#text = ''
    } else if (tag.local === 'hyperedge' || tag.local === 'port') {
      this.#builder.report('ignored', `<${tag.local}> on line ${line}`)
    }
  }

  #startGraph(attributes: Map<string, string>, line: number): void {
    this.#graphs += 1
    if (this.#graphs > 1) {
      throw new LacunaError(
        'unsupported',
        `The file holds a second graph on line ${line}; one graph per file can be read, split the file.`,
      )
    }
    this.#builder.directed = attributes.get('edgedefault') === 'directed'
  }

  #end(name: string): void {
    this.#path.pop()
    if (name === 'data' || name === 'default') {
      if (this.#dataKey !== undefined) this.#open?.data.set(this.#dataKey, this.#text)
      this.#dataKey = undefined
    } else if (this.#open?.tag === name) {
      if (name === 'key') this.#addKey(this.#open)
      else this.#pending.push(this.#open)
      this.#open = undefined
    }
  }

  #addKey({ attributes, data }: Open): void {
    const id = attributes.get('id') ?? ''
    this.#keys.set(id, {
      name: attributes.get('attr.name') ?? id,
      domain: attributes.get('for') ?? 'all',
      default: data.get('default'),
    })
  }

  /** Value of the data called `name`, or its default. */
  #value({ tag, data }: Open, ...names: string[]): string | undefined {
    for (const [id, key] of this.#keys) {
      if (!names.includes(key.name) || (key.domain !== tag && key.domain !== 'all')) continue
      const value = data.get(id) ?? key.default
      if (value !== undefined) return value
    }
    return undefined
  }

  #add(element: Open): void {
    const { tag, attributes, line } = element
    if (tag === 'node') {
      const id = attributes.get('id') ?? ''
      return this.#builder.addNode(id, `line ${line}`, this.#value(element, 'label', 'name'))
    }
    const weight = this.#value(element, 'weight')
    this.#builder.addEdge(
      attributes.get('source') ?? '',
      attributes.get('target') ?? '',
      line,
      weight === undefined ? undefined : weight.trim() === '' ? Number.NaN : Number(weight),
    )
  }
}

function refuseDoctype(): never {
  throw new LacunaError(
    'bad-input',
    'Document types are not allowed in graph files; remove the <!DOCTYPE ...> and what belongs to it.',
  )
}

/**
 * Read the one graph of a GraphML file: nodes, edges, labels (data called `label` or `name`) and weights (data called
 * `weight`). Hyperedges and ports are left out with a note.
 * @throws LacunaError bad-input for a document type, for text that is not XML or not GraphML (with the line), and
 *   unsupported for several or nested graphs
 * @see Brandes et al. 2002, http://graphml.graphdrawing.org/specification.html
 */
export function readGraphml(text: string, options: GraphImportOptions = {}): GraphImport {
  if (/<!DOCTYPE/i.test(text)) refuseDoctype()
  return new GraphmlReader(options).read(text)
}
