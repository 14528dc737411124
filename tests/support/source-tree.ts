import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import ts from 'typescript'
import { projectRoot } from '#db/root.ts'

export type Edge = { from: string; to: string; typeOnly: boolean }
export type Finding = { file: string; line: number; text: string }

/** Every source file below the given folders, as paths from the project's root. */
export const sourceFiles = (...folders: string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(projectRoot.length + 1)),
  )

const trees = new Map<string, ts.SourceFile>()

/** A file's syntax tree, parsed once. */
export function treeOf(file: string): ts.SourceFile {
  const known = trees.get(file)
  if (known) return known
  const text = readFileSync(join(projectRoot, file), 'utf8')
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true, kind)
  trees.set(file, tree)
  return tree
}

/** Every node of a file that `pick` turns into something. */
export function collect<T>(file: string, pick: (node: ts.Node) => T | undefined): T[] {
  const found: T[] = []
  const visit = (node: ts.Node) => {
    const picked = pick(node)
    if (picked !== undefined) found.push(picked)
    ts.forEachChild(node, visit)
  }
  visit(treeOf(file))
  return found
}

/** What a file imports, static and dynamic: our own files as paths from the root, packages by their name. */
export const importsOf = (file: string): Edge[] =>
  collect(file, (node) => {
    const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    const specifier = dynamic
      ? node.arguments[0]
      : ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : undefined
    if (!specifier || !ts.isStringLiteral(specifier)) return undefined
    return { from: file, to: resolved(file, specifier.text), typeOnly: isTypeOnly(node) }
  })

function resolved(file: string, name: string): string {
  if (name.startsWith('#')) return name.slice(1)
  return name.startsWith('.') ? normalize(join(file, '..', name)) : name
}

const isTypeOnly = (node: ts.Node) =>
  (ts.isImportDeclaration(node) && node.importClause?.isTypeOnly === true) ||
  (ts.isExportDeclaration(node) && node.isTypeOnly)

export const edgesOf = (...folders: string[]): Edge[] => sourceFiles(...folders).flatMap(importsOf)

/** The pieces of text in a file, templates with `${…}` where values go in. `tag` is what stands before the backtick. */
export const textsOf = (file: string): (Finding & { tag: string })[] =>
  collect(file, (node) => {
    if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node) && !ts.isTemplateExpression(node))
      return undefined
    const { parent } = node
    const tag = ts.isTaggedTemplateExpression(parent) ? parent.tag.getText() : ''
    return { ...findingAt(file, node), text: node.getText().slice(1, -1), tag }
  })

/** Calls like `callee(…)` with their arguments. */
export const callsOf = (file: string, callee: RegExp): (Finding & { args: readonly ts.Expression[] })[] =>
  collect(file, (node) =>
    ts.isCallExpression(node) && callee.test(node.expression.getText())
      ? { ...findingAt(file, node), args: [...node.arguments] }
      : undefined,
  )

/** Identifiers and property names of this name. */
export const mentionsOf = (file: string, name: string): Finding[] =>
  collect(file, (node) => (ts.isIdentifier(node) && node.text === name ? findingAt(file, node.parent) : undefined))

/** Functions with the number of lines they span. */
export const functionsOf = (file: string): { name: string; lines: number }[] =>
  collect(file, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return undefined
    const tree = treeOf(file)
    const lines = tree.getLineAndCharacterOfPosition(node.end).line - lineOf(file, node) + 2
    return { name: nameOf(node), lines }
  })

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText()
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : 'a nameless function'
}

export const isLiteral = (node: ts.Expression | undefined): boolean =>
  node !== undefined &&
  (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isNumericLiteral(node))

const HUSHED = /\/[/*]\s*(@ts-(ignore|nocheck|expect-error)|biome-ignore[^\n]*noExplicitAny)/g

/** Where a type is `any`, and where the compiler or the linter is told to look away. */
export function escapesOf(file: string): string[] {
  const anys = collect(file, (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? findingAt(file, node) : undefined))
  const hushed = [...treeOf(file).text.matchAll(HUSHED)]
  return [...anys.map(({ line }) => `${file}:${line} any`), ...hushed.map(([text]) => `${file} ${text}`)]
}

const lineOf = (file: string, node: ts.Node) => treeOf(file).getLineAndCharacterOfPosition(node.getStart()).line + 1

const findingAt = (file: string, node: ts.Node): Finding => ({ file, line: lineOf(file, node), text: node.getText() })
