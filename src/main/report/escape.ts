// Makes any text literal in HTML and SVG. Control characters, which no browser shows, become visible signs.

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escape a text for element content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}

/** Format characters that are invisible or turn the text around them: direction marks, soft hyphens, joiners. */
const INVISIBLE =
  /[\u0080-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

/**
 * Replace what would be invisible or would turn the text around it by a visible sign: control characters by their
 * Unicode pictures, format characters and lone surrogates by their number.
 */
export function visible(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0)!
    if (code === 0x7f) return '\u2421'
    if (code < 0x20 && character !== '\n' && character !== '\t') return String.fromCharCode(0x2400 + code)
    return code >= 0xd800 && code <= 0xdfff ? numbered(character) : character
  })
    .join('')
    .replace(INVISIBLE, numbered)
}

function numbered(character: string): string {
  return `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`
}
