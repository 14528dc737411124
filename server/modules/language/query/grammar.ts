const SPACES = '\\u0000- \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff'
// What ends a key that stands without quotes.
const KEY_ENDS = `.:<>="()\\[\\]{},/\\\\*?${SPACES}`

/**
 * The query language in peggy's notation. Nothing is escaped by a backslash, because Windows paths are made of them:
 * what stands in double quotes is literal, a double quote in it is doubled, and pieces written without a space between
 * them are one value ("C:\Program Files\"*\evil.exe).
 */
export const GRAMMAR = String.raw`
{{
  const joined = (kind, head, tail) => (tail.length === 0 ? head : { kind, parts: [head, ...tail] })
}}
{
  const span = () => ({ at: offset(), length: text().length })
  const marked = (marks, part) => (marks.length % 2 === 0 ? part : { kind: 'not', part })
}

Query = _ query:Or? _ { return query }
// A field of a form that holds a time.
Instant = _ @When _

Or = head:And tail:(_ OrWord _ @And)* { return joined('or', head, tail) }
And = head:Not tail:(_ (AndWord _)? @Not)* { return joined('and', head, tail) }
Not = marks:Mark* part:Primary { return marked(marks, part) }
Mark = NotWord _ / "-" &[^-${SPACES}]
Primary = "(" _ @Or _ ")" / FieldTerm / FreeTerm

FieldTerm = !Keyword !NoField field:Field test:(
  &{ return options.isTime(field.name) } @TimeTest / &{ return !options.isTime(field.name) } @FieldTest
) {
  return { kind: 'term', field, test, ...span() }
}
// Once a field is named there is no way back to plain words.
FreeTerm = !Keyword (&NoField / !(Field (":" / Comparison))) test:(Regex / Value) { return { kind: 'term', field: null, test, ...span() } }

// A drive, an address of the web, and an IPv6 address are no fields.
NoField = [A-Za-z] ":" [\\/] / BareKey "://" / BareKey "::"
Field "a field" = keys:Key|1.., "."| { return { name: keys.join('.'), ...span() } }
Key = Quoted / BareKey
BareKey = $([^0-9${KEY_ENDS}-] [^${KEY_ENDS}]*)

FieldTest = Compare / ":" @(Exists / List / Range / Regex / Single)
Single = !RangeStart @Value
TimeTest = Compare / ":" @(Exists / TimeList / Range / When)
Compare = ":"? compare:Comparison _ bound:(Moment / Bound) { return { is: 'compare', compare, bound, ...span() } }
Comparison "a comparison" = ">=" / "<=" / ">" / "<"

Exists = "*" &End { return { is: 'exists', ...span() } }
List = "(" _ of:ListOr _ ")" { return { is: 'list', of } }
ListOr = head:ListAnd tail:(_ (OrWord / ",") _ @ListAnd)* { return joined('or', head, tail) }
ListAnd = head:ListNot tail:(_ AndWord _ @ListNot)* { return joined('and', head, tail) }
ListNot = marks:Mark* part:ListPart { return marked(marks, part) }
ListPart
  = "(" _ @ListOr _ ")"
  / !Keyword test:(ListCompare / Range / Regex / ListSingle) { return { kind: 'test', test } }
ListCompare = compare:Comparison _ bound:(Moment / Bound) { return { is: 'compare', compare, bound, ...span() } }
ListSingle = !RangeStart @ListValue
TimeList = "(" _ of:TimeOr _ ")" { return { is: 'list', of } }
TimeOr = head:TimeNot tail:(_ (OrWord / ",") _ @TimeNot)* { return joined('or', head, tail) }
TimeNot = marks:Mark* test:(ListCompare / Range / When) { return marked(marks, { kind: 'test', test }) }

Range = open:[\[{] _ from:(Open / Moment / Bound) _ "TO" (Space / !.) _ to:(Open / Moment / Bound) _ close:[\]}] {
  return { is: 'range', from, to, open, close, ...span() }
}
RangeStart = [\[{] _ (Open / Moment / Bound) Space+ "TO" (Space / !.)
Open = "*" &(Space / [\]}]) { return null }
Bound "a value" = text:(Quoted / $[^"(),\[\]{}${SPACES}]+) { return { is: 'word', text, ...span() } }

When "a time"
  = "last" Space _ count:Count _ unit:Unit { return { is: 'last', count, unit, ...span() } }
  / day:("today" / "yesterday") &End { return { is: 'day', day, ...span() } }
  / Moment
Unit = unit:$(("second" / "minute" / "hour" / "day" / "week") "s"? / [smhdw]) &End { return unit[0] }
Count = digits:$[0-9]|1..6| { return Number(digits) }
Moment
  = "now" offsets:Offset* &End { return { is: 'now', offsets, ...span() } }
  / date:Date clock:([T ] @Clock)? zone:Zone? &End { return { is: 'date', date, clock, zone, ...span() } }
Offset = sign:[+-] count:Count unit:[smhdw] { return { count: sign === '-' ? -count : count, unit } }
Date = $([0-9]|4| "-" [0-9]|2| ("-" [0-9]|2|)?)
Clock = $([0-9]|2| ":" [0-9]|2| (":" [0-9]|2| ("." [0-9]|1..9|)?)?)
Zone = @Shift / Space+ @Named
Shift = name:$("Z" / [+-] [0-9]|2| ":" [0-9]|2|) &End { return { name, ...span() } }
Named = name:$("UTC" / "GMT" / [A-Z] [A-Za-z_]* ("/" [A-Za-z0-9_+-]+)+) &End { return { name, ...span() } }

Regex "a regular expression" = "/" pattern:$([^\\/] / "\\" .)+ "/" &End { return { is: 'regex', pattern, ...span() } }

Value "a value" = pieces:(QuotedPiece / BarePiece)+ { return { is: 'value', pieces, ...span() } }
ListValue "a value" = pieces:(QuotedPiece / ListPiece)+ { return { is: 'value', pieces, ...span() } }
QuotedPiece = text:Quoted { return { text, quoted: true } }
BarePiece = text:$(BareChar (BareChar / Balanced)*) { return { text, quoted: false } }
ListPiece = text:$(ListChar (ListChar / ListBalanced)*) { return { text, quoted: false } }
BareChar = [^"()${SPACES}]
ListChar = [^"(),${SPACES}]
// report(1).exe is one word.
Balanced = "(" (BareChar / Balanced)* ")"
ListBalanced = "(" (ListChar / ListBalanced)* ")"
Quoted "text in quotes" = '"' chars:([^"] / '""' { return '"' })* '"' { return chars.join('') }

Keyword = AndWord / OrWord / NotWord
AndWord "AND" = "AND" &Edge
OrWord "OR" = "OR" &Edge
NotWord "NOT" = "NOT" &Edge
Edge = Space / [("] / !.
End = Space / [),\]}] / !.
Space = [${SPACES}]
_ "a space" = Space*
`
