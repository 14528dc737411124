import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { type Sent, written } from './queried-rows.ts'

/**
 * What queries mean, said a second time and independently: over the rows as JavaScript holds them, not over what the row
 * engine stored. `text` is a query, `holds` whether a row meets it.
 */
export type Meant = { text: string; holds: (sent: Sent) => boolean }

/** What stands at a dotted path, as texts; an array's elements each by themselves, null and objects not at all. */
export function textsAt(row: unknown, path: string): string[] {
  return leavesOf(row, '').flatMap((leaf) => (leaf.path === path ? textsOf(leaf.value) : []))
}

function leavesOf(value: unknown, path: string): { path: string; value: unknown }[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [{ path, value }]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`))
}

function textsOf(value: unknown): string[] {
  if (value === null) return []
  if (Array.isArray(value)) return value.flatMap((one) => textsOf(one))
  return [String(value)]
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i
const WHOLE = /^[+-]?\d+$/

/** -1, 0 or 1 for two texts that are numbers, to the last digit where both are whole; undefined where one is none. */
function order(a: string, b: string): number | undefined {
  if (!NUMBER.test(a) || !NUMBER.test(b)) return undefined
  const [x, y] = WHOLE.test(a) && WHOLE.test(b) ? [BigInt(a), BigInt(b)] : [Number(a), Number(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
const any = (path: string, test: (text: string) => boolean) => (sent: Sent) => textsAt(sent.row, path).some(test)

const WRITTEN: Record<string, string> = {
  'Computer Info.DNS Name': '"Computer Info"."DNS Name"',
  'sp ace': '"sp ace"',
  'g\\h': '"g\\h"',
  "c'd": `"c'd"`,
}
export const FIELDS = [
  'Name', 'Pid', 'Exe', 'CommandLine', 'Username', 'Laddr.IP', 'Raddr.IP', 'Laddr.Port', 'Status', 'Tags', 'Count', 'Ratio',
  'Flag', 'Nested.Deep.Value', 'Nested.Deep', 'Text', 'Hash.SHA256', 'Computer Info.DNS Name', 'sp ace', 'g\\h', "c'd", 'a`b',
] // biome-ignore format: a list to read across

/** Queries about these rows, each with what it means. */
export function queriesOver(sent: Sent[]): fc.Arbitrary<Meant> {
  const field = fc.constantFrom(...FIELDS)
  const valueIn = (path: string) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...new Set(sent.flatMap(({ row }) => textsAt(row, path)))) },
      fc.constantFrom('', '3', '4712', 'powershell.exe', '10.1.2.3', 'x', 'true', '*', 'a?b*c'),
    )
  const spelled = fc.constantFrom(
    (t: string) => t,
    (t: string) => t.toUpperCase(),
    (t: string) => t.toLowerCase(),
  )
  const name = (path: string) => WRITTEN[path] ?? path
  const equals = field.chain((path) =>
    fc.tuple(valueIn(path), spelled).map(
      ([text, spell]): Meant => ({
        text: `${name(path)}:${quoted(spell(text))}`,
        holds: any(path, (found) => same(found, spell(text))),
      }),
    ),
  )
  const number = fc.tuple(
    fc.constantFrom('Pid', 'Count', 'Ratio', 'Laddr.Port', 'Tags'),
    fc.constantFrom(
      '3',
      '3.0',
      '4712',
      '-1',
      '1000',
      '1e1',
      '445',
      '9007199254740993',
      '9007199254740992',
      '7',
      '0.5',
      '1.50',
    ),
  )
  const is = number.map(
    ([path, value]): Meant => ({
      text: `${path}:${value}`,
      holds: any(path, (found) => same(found, value) || order(found, value) === 0),
    }),
  )
  const compare = fc.tuple(number, fc.constantFrom('>', '>=', '<', '<=')).map(
    ([[path, value], sign]): Meant => ({
      text: `${path}${sign}${value}`,
      holds: any(path, (found) => {
        const by = order(found, value)
        return by !== undefined && { '>': by > 0, '>=': by >= 0, '<': by < 0, '<=': by <= 0 }[sign]
      }),
    }),
  )
  const range = fc
    .tuple(
      fc.constantFrom('Pid', 'Count', 'Laddr.Port'),
      fc.integer({ min: -5, max: 800 }),
      fc.integer({ min: 0, max: 5000 }),
      fc.constantFrom('[]', '{}', '[}', '{]'),
    )
    .map(
      ([path, low, size, ends]): Meant => ({
        text: `${path}:${ends[0]}${low} TO ${low + size}${ends[1]}`,
        holds: any(path, (found) => {
          const [over, under] = [order(found, String(low)), order(found, String(low + size))]
          if (over === undefined || under === undefined) return false
          return (ends[0] === '[' ? over >= 0 : over > 0) && (ends[1] === ']' ? under <= 0 : under < 0)
        }),
      }),
    )
  const exists = field.map(
    (path): Meant => ({
      text: `${name(path)}:*`,
      holds: (one) =>
        textsAt(one.row, path).length > 0 ||
        leavesOf(one.row, '').some((leaf) => leaf.path.startsWith(`${path}.`) && leaf.value !== null),
    }),
  )
  const like = field.chain((path) =>
    fc
      .tuple(valueIn(path), fc.nat(40), fc.nat(40), fc.constantFrom('*', '?'))
      .map(([text, from, length, wild]): Meant => {
        const start = Math.min(from, text.length)
        const [head, tail] = [text.slice(0, start), text.slice(start + length)]
        const [low, high] = [head.toLowerCase(), tail.toLowerCase()]
        return {
          text: `${name(path)}:${head ? quoted(head) : ''}${wild}${tail ? quoted(tail) : ''}${head || tail || wild === '?' ? '' : '?'}`,
          holds: any(path, (found) => {
            const key = found.toLowerCase()
            const rest = [...key.slice(low.length, key.length - high.length)].length
            if (!key.startsWith(low) || !key.endsWith(high) || key.length < low.length + high.length) return false
            return wild === '?' ? rest === 1 : head || tail ? true : rest >= 1
          }),
        }
      }),
  )
  const regex = fc
    .tuple(field, fc.constantFrom('^power', '\\.exe$', '^[0-9]+$', 'a|b', '^$', '(?-i)^P', 'x{0,3}s', '[^a-z]'))
    .map(([path, pattern]): Meant => {
      const plain = pattern.replace('(?-i)', '')
      return {
        text: `${name(path)}:/${pattern}/`,
        holds: any(path, (found) => new RegExp(plain, plain === pattern ? 'i' : '').test(found)),
      }
    })
  const network = fc
    .tuple(
      fc.constantFrom('Laddr.IP', 'Raddr.IP', 'Name'),
      fc.constantFrom('10.0.0.0/8', '10.1.2.3/32', '0.0.0.0/0', '2001:db8::/32', 'fe80::/10', '192.168.7.128/25'),
    )
    .map(
      ([path, cidr]): Meant => ({
        text: `${path}:${cidr}`,
        holds: any(path, (found) => ipaddr.isValid(found) && inNetwork(found, cidr)),
      }),
    )
  const words = fc
    .tuple(fc.constantFrom(...sent), fc.nat(200), fc.integer({ min: 1, max: 12 }))
    .map(([{ row }, from, length]): Meant => {
      const texts = leavesOf(row, '')
        .flatMap(({ value }) => textsOf(value))
        .join('\u0000')
      const piece =
        texts
          .slice(from % Math.max(1, texts.length))
          .split('\u0000')[0]!
          .slice(0, length) || 'power'
      const key = JSON.stringify(piece).slice(1, -1).toLowerCase()
      return { text: quoted(piece), holds: (one) => written(one.row).toLowerCase().includes(key) }
    })
  const about = fc.oneof(
    fc
      .constantFrom('ws-01', 'WS-02', 'dc-01', 'nobody')
      .map((host): Meant => ({ text: `host:${host}`, holds: (one) => same(one.host, host) })),
    fc
      .constantFrom(...new Set(sent.map(({ artifact }) => artifact)), 'None')
      .map((artifact): Meant => ({ text: `artifact:${quoted(artifact)}`, holds: (one) => one.artifact === artifact })),
  )
  const list = field.chain((path) =>
    fc.array(valueIn(path), { minLength: 1, maxLength: 3 }).map(
      (texts): Meant => ({
        text: `${name(path)}:(${texts.map(quoted).join(texts.length % 2 ? ', ' : ' OR ')})`,
        holds: any(path, (found) => texts.some((text) => same(found, text))),
      }),
    ),
  )
  const leaf = fc.oneof(equals, is, compare, range, exists, like, regex, network, words, about, list)
  return fc.letrec<{ tree: Meant }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, negated(tie('tree')), joined(tie('tree'))),
  })).tree
}

const negated = (inner: fc.Arbitrary<Meant>) =>
  fc
    .tuple(inner, fc.constantFrom('NOT ', '-'))
    .map(([{ text, holds }, mark]): Meant => ({ text: `${mark}(${text})`, holds: (one) => !holds(one) }))

const joined = (inner: fc.Arbitrary<Meant>) =>
  fc.tuple(inner, inner, fc.constantFrom(' AND ', ' ', ' OR ')).map(
    ([a, b, by]): Meant => ({
      text: `(${a.text})${by}(${b.text})`,
      holds: by === ' OR ' ? (one) => a.holds(one) || b.holds(one) : (one) => a.holds(one) && b.holds(one),
    }),
  )

function inNetwork(text: string, cidr: string): boolean {
  const [net, bits] = ipaddr.parseCIDR(cidr)
  const address = ipaddr.process(text)
  return address.kind() === net.kind() && address.match(net as ipaddr.IPv4, bits)
}
