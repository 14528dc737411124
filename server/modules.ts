/**
 * Every module, in dependency order, with the tables it owns.
 * A module may call those above it and read their tables; it writes only its own.
 */
export const MODULES = {
  // The first account makes the first tenant and its membership in it.
  identity: ['account', 'tenant', 'membership', 'auth.password', 'auth.password_link', 'auth.session'],
  users: ['account', 'membership', 'auth.password_link'],
  activity: ['activity'],
  facts: ['host_fact', 'host_label', 'host'],
  hosts: ['host', 'host_artifact', 'host_merge'],
  merges: ['host_merge', 'host'],
  columns: ['column_map'],
  sources: ['source'],
  ingestion: ['batch', 'batch_member', 'flow', 'archive_key'],
  // The end of a tenant empties its rows, and ends its sessions, and the accounts that were only there.
  tenants: ['tenant', 'membership', 'tally', 'deleted_tenant', 'auth.session', 'account'],
  tags: ['row_tag'],
  language: [],
  verdicts: ['verdict'],
  observables: [],
  telemetry: [],
  exploring: ['grid_layout'],
  exporting: [],
  timeline: ['annotation', 'clock_offset'],
  portraits: [],
  views: ['saved_view', 'recent_view', 'shared_link'],
  marks: ['row_comment', 'row_comment_revision'],
  palette: [],
  stacks: ['stack_run'],
  comparing: [],
  retention: ['retention'],
  enrichment: ['virustotal_key', 'virustotal_report'],
  pulse: ['source_visit', 'artifact_profile', 'artifact_column'],
  alarms: ['alarm'],
  dashboards: [],
} as const satisfies Record<string, readonly string[]>
