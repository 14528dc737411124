-- Limits: what admission sees of the spool, how long rows are kept, and how a tenant goes.

-- The backlog of all tenants, read by admission every second: an index of what waits and of nothing else.
create index batch_waiting on batch (tenant_id, id) include (bytes, loaded_bytes, created_at)
  where state in ('spooled', 'loading');
grant select (tenant_id, id, bytes, loaded_bytes, created_at) on batch to app_login;
