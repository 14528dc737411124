-- Where each value was seen: one row per value, host, artifact, field and delivery. `value` is its one form, `shape` the
-- key it shares with values that differ only in what changes by itself; '' where a type has none. Derived from rows, and
-- again when a column map is corrected: of equal keys the one of the highest revision counts, so read it with FINAL.
create table sightings (
  tenant_id  UInt64,
  type       LowCardinality(String),
  value      String,
  host_id    UInt64,
  artifact   LowCardinality(String),
  field      LowCardinality(String),
  batch_id   UInt64,
  shape      String,
  rows       UInt64,
  first_seen Nullable(DateTime64(3, 'UTC')),
  last_seen  Nullable(DateTime64(3, 'UTC')),
  revision   UInt32,
  index shapes shape type bloom_filter(0.01) granularity 4,
  index batches batch_id type minmax
) engine = ReplacingMergeTree(revision)
order by (tenant_id, type, value, host_id, artifact, field, batch_id)
settings fsync_after_insert = 1, fsync_part_directory = 1;
