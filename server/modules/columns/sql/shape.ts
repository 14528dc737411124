import { matchSql, type Step, stepsInSql, stepsOn } from './steps.ts'

// What differs from host to host, from version to version or from run to run becomes a star.
const CHANGING = [
  '\\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\}?',
  's-1-5-21(?:-[0-9]+)+',
  '[0-9]+(?:[.][0-9]+)+',
  '(?:0x)?[0-9a-f]{12,}',
  '\\b(?:0x)?[0-9a-f]{8,}\\b',
  '[a-z0-9+]{40,}={0,2}',
  // Names that no person would give: digits between letters, or seven consonants in a row.
  '\\b[a-z]*[0-9]+[a-z]+[0-9][a-z0-9]*\\b',
  '\\b[a-z0-9]*[bcdfghjklmnpqrstvwxz]{7,}[a-z0-9]*\\b',
  '[0-9]{3,}',
].join('|')

/** Some steps for the values that `when` matches: most match none, and looking is cheaper than replacing. */
type Fold = { when: string; steps: Step[] }

const PLACES: Fold[] = [
  {
    when: '^(?:%s|%w|[\\\\]s)',
    steps: [
      { match: '^(?:%systemroot%|%windir%|[\\\\]systemroot)[\\\\]', put: 'c:\\windows\\', once: true },
      { match: '^%systemdrive%', put: 'c:', once: true },
    ],
  },
  {
    when: '[a-z]:[\\\\/]|harddiskvolume',
    steps: [{ match: '\\b(?:[a-z]:|harddiskvolume(?:shadowcopy)?[0-9]+)([\\\\/])', put: '*$1' }],
  },
  {
    when: '[\\\\/](?:users|home|documents and settings)[\\\\/]',
    steps: [{ match: '([\\\\/](?:users|home|documents and settings)[\\\\/])[^\\\\/"]+', put: '$1*' }],
  },
]
const FOLDED: Fold[] = [...PLACES, { when: CHANGING, steps: [{ match: CHANGING, put: '*' }] }]
const ACCOUNT: Fold[] = [
  {
    when: '[\\\\@]|^s-1-5-21-',
    steps: [
      { match: '^s-1-5-21(?:-[0-9]+)+$', put: 's-1-5-21-*', once: true },
      { match: '^.*[\\\\]', put: '', once: true },
      { match: '@.*$', put: '', once: true },
    ],
  },
]
const FIRST_LABEL: Fold[] = [{ when: '[.]', steps: [{ match: '[.].*$', put: '', once: true }] }]

const SHAPES: [types: string[], folds: Fold[]][] = [
  [['path', 'command', 'url', 'process'], FOLDED],
  [['user'], ACCOUNT],
  [['host'], FIRST_LABEL],
]

/**
 * SQL: a SELECT that adds to `source` the column `shape`, under which values stand that differ only in what changes by
 * itself. `source` has the columns `type`, a number that `codeOf` knows, and `value`. Each step is a level, because the engine computes a text that
 * stands twice in one expression twice. `among`: the only types there are.
 */
export function withShape(source: string, codeOf: (type: string) => number, among?: readonly string[]): string {
  // Planning costs more than folding: types that cannot come have no level.
  const shapes = SHAPES.filter(([types]) => !among || types.some((type) => among.includes(type)))
  const start = `select *, if(type in (${[0, ...shapes.flatMap(([types]) => types.map(codeOf))].join(', ')}), lowerUTF8(value), '') as shape0 from (${source})`
  const levels = shapes.flatMap(([types, folds]) => folds.map((fold) => ({ types, fold })))
  const folded = levels.reduce((inner, { types, fold }, level) => {
    const changed = stepsInSql(`shape${level}`, fold.steps)
    const applies = `type in (${types.map(codeOf).join(', ')}) and ${matchSql(`shape${level}`, fold.when)}`
    return `select * except shape${level}, if(${applies}, ${changed}, shape${level}) as shape${level + 1} from (${inner})`
  }, start)
  return `select * except shape${levels.length}, shape${levels.length} as shape from (${folded})`
}

/** The same key for a canonical value a person gave; '' where the type has none. */
export function shapeOf(type: string, value: string): string {
  const folds = SHAPES.find(([types]) => types.includes(type))?.[1]
  if (!folds) return ''
  return folds.reduce(
    (shape, { when, steps }) => (new RegExp(when, 'u').test(shape) ? stepsOn(shape, steps) : shape),
    value.toLowerCase(),
  )
}
