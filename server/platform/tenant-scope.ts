import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  type DeleteQueryNode,
  IdentifierNode,
  type JoinNode,
  type KyselyPlugin,
  OnNode,
  type OperationNode,
  OperationNodeTransformer,
  OperatorNode,
  ParensNode,
  ReferenceNode,
  type SelectQueryNode,
  TableNode,
  type UpdateQueryNode,
  ValueNode,
  WhereNode,
} from 'kysely'
import { TENANT_TABLES } from '#db/types.ts'

/** Adds `tenant_id = <tenant>` for every tenant table a query names, joins included. The second wall behind row security. */
export function tenantScope(tenantId: number): KyselyPlugin {
  const transformer = new Scope(tenantId)
  return {
    transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  }
}

const PRIVATE = new Set<string>(TENANT_TABLES)

class Scope extends OperationNodeTransformer {
  readonly tenantId: number

  constructor(tenantId: number) {
    super()
    this.tenantId = tenantId
  }

  protected override transformSelectQuery(node: SelectQueryNode, id?: never): SelectQueryNode {
    const done = super.transformSelectQuery(node, id)
    return { ...done, where: this.narrow(done.where, done.from?.froms ?? []) }
  }

  protected override transformUpdateQuery(node: UpdateQueryNode, id?: never): UpdateQueryNode {
    const done = super.transformUpdateQuery(node, id)
    return {
      ...done,
      where: this.narrow(done.where, [...(done.table ? [done.table] : []), ...(done.from?.froms ?? [])]),
    }
  }

  protected override transformDeleteQuery(node: DeleteQueryNode, id?: never): DeleteQueryNode {
    const done = super.transformDeleteQuery(node, id)
    return { ...done, where: this.narrow(done.where, [...done.from.froms, ...(done.using?.tables ?? [])]) }
  }

  protected override transformJoin(node: JoinNode, id?: never): JoinNode {
    const done = super.transformJoin(node, id)
    const own = this.predicate(done.table)
    if (!own) return done
    return { ...done, on: OnNode.create(done.on ? AndNode.create(ParensNode.create(done.on.on), own) : own) }
  }

  private narrow(where: WhereNode | undefined, tables: readonly OperationNode[]): WhereNode | undefined {
    const own = tables.map((table) => this.predicate(table)).filter((node) => node !== undefined)
    return own.reduce<WhereNode | undefined>(
      (so, node) => WhereNode.create(so ? AndNode.create(ParensNode.create(so.where), node) : node),
      where,
    )
  }

  private predicate(node: OperationNode): BinaryOperationNode | undefined {
    const [table, alias] = AliasNode.is(node) ? [node.node, node.alias] : [node, undefined]
    if (!TableNode.is(table)) return undefined
    const name = table.table.identifier.name
    if (!PRIVATE.has(name)) return undefined
    const shown = alias && IdentifierNode.is(alias) ? alias.name : name
    return BinaryOperationNode.create(
      ReferenceNode.create(ColumnNode.create('tenant_id'), TableNode.create(shown)),
      OperatorNode.create('='),
      ValueNode.create(this.tenantId),
    )
  }
}
