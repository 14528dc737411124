-- What endpoints said, one row each, kept exactly as it came in `raw`. A row that bears no time has none.
create table rows (
  tenant_id   UInt64,
  artifact    LowCardinality(String),
  host_id     UInt64,
  event_time  Nullable(DateTime64(3, 'UTC')),
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
order by (tenant_id, artifact, host_id, event_time)
settings allow_nullable_key = 1, non_replicated_deduplication_window = 10000,
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

-- A delivery under way. One partition per batch, dropped when the load begins again or is done.
create table incoming (
  tenant_id  UInt64,
  batch_id   UInt64,
  chunk      UInt32,
  line       UInt64,
  artifact   LowCardinality(String),
  client_id  String,
  hostname   String,
  flow_id    String,
  event_time Nullable(DateTime64(3, 'UTC')),
  flaw       LowCardinality(String),
  content    FixedString(16),
  doc        String codec(LZ4),
  raw        String codec(LZ4)
) engine = MergeTree
partition by (tenant_id, batch_id)
order by (chunk, line);

-- Lines that only the closer look found too large or too deep.
create table incoming_flaw (
  tenant_id UInt64,
  batch_id  UInt64,
  line      UInt64,
  flaw      LowCardinality(String)
) engine = MergeTree
partition by (tenant_id, batch_id)
order by line;

-- Which of our hosts the delivery's names mean.
create table incoming_host (
  tenant_id UInt64,
  batch_id  UInt64,
  key       String,
  host_id   UInt64
) engine = MergeTree
partition by (tenant_id, batch_id)
order by key;

-- The identity of each good line.
create table incoming_key (
  tenant_id UInt64,
  batch_id  UInt64,
  chunk     UInt32,
  line      UInt64,
  host_id   UInt64,
  row_key   FixedString(16)
) engine = MergeTree
partition by (tenant_id, batch_id)
order by (chunk, line);

-- Identities among them that earlier deliveries have stored already.
create table incoming_seen (
  tenant_id UInt64,
  batch_id  UInt64,
  row_key   FixedString(16)
) engine = MergeTree
partition by (tenant_id, batch_id)
order by row_key;
