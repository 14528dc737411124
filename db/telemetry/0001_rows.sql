-- What endpoints said, one row each, kept exactly as it came in `raw`. A row that bears no time has none. Times come
-- from a column map that can be corrected, so they are no part of the sorting key.
create table rows (
  tenant_id   UInt64,
  artifact    LowCardinality(String),
  host_id     UInt64,
  event_time  Nullable(DateTime64(3, 'UTC')),
  times       Array(DateTime64(3, 'UTC')),
  time_labels Array(LowCardinality(String)),
  ingested_at DateTime64(3, 'UTC'),
  batch_id    UInt64,
  line        UInt64,
  flow_id     String,
  row_key     FixedString(16),
  row         JSON(max_dynamic_paths = 256),
  raw         String codec(ZSTD(1)),
  index raw_tokens raw type text(tokenizer = 'splitByNonAlpha', preprocessor = lower(raw)),
  index batches batch_id type minmax
) engine = MergeTree
order by (tenant_id, artifact, host_id, batch_id, line)
settings non_replicated_deduplication_window = 10000,
  fsync_after_insert = 1, fsync_part_directory = 1;

-- Lines that could not become rows: with the reason, and the bytes as they came.
create table reject (
  tenant_id UInt64,
  batch_id  UInt64,
  line      UInt64,
  reason    LowCardinality(String),
  raw       String codec(ZSTD(1))
) engine = MergeTree
order by (tenant_id, batch_id, line)
settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Deliveries under way, `load_id` after `load_id`. One partition per load, dropped when it begins again or is done.
-- `seq` counts through the load, `line` through the delivery.
create table incoming (
  tenant_id  UInt64,
  load_id    UInt64,
  batch_id   UInt64,
  chunk      UInt32,
  seq        UInt64,
  line       UInt64,
  member     UInt32,
  artifact   LowCardinality(String),
  client_id  String,
  hostname   String,
  flow_id    String,
  flaw       LowCardinality(String),
  content    FixedString(16),
  named      Bool,
  sure       Bool,
  doc        String codec(LZ4),
  raw        String codec(LZ4)
) engine = MergeTree
partition by (tenant_id, load_id)
order by (chunk, seq);

-- Lines that only the closer look found too large or too deep.
create table incoming_flaw (
  tenant_id UInt64,
  load_id   UInt64,
  seq       UInt64,
  flaw      LowCardinality(String)
) engine = MergeTree
partition by (tenant_id, load_id)
order by seq;

-- Which of our hosts the deliveries' names mean.
create table incoming_host (
  tenant_id UInt64,
  load_id   UInt64,
  key       String,
  host_id   UInt64
) engine = MergeTree
partition by (tenant_id, load_id)
order by key;

-- The identity of each good line; `copy` counts the lines of this load that have the same one.
create table incoming_key (
  tenant_id UInt64,
  load_id   UInt64,
  batch_id  UInt64,
  chunk     UInt32,
  seq       UInt64,
  host_id   UInt64,
  row_key   FixedString(16),
  copy      UInt32
) engine = MergeTree
partition by (tenant_id, load_id)
order by (chunk, seq);

-- Identities among them that earlier loads have stored already.
create table incoming_seen (
  tenant_id UInt64,
  load_id   UInt64,
  row_key   FixedString(16)
) engine = MergeTree
partition by (tenant_id, load_id)
order by row_key;
