-- A page shows few rows, and the engine reads each with all that share its granule, `raw` above all: 2,048 rows are one now,
-- a quarter of what was. What is there keeps its granules until the engine merges it; nothing is copied.
create table rows_finer as rows engine = MergeTree
order by (tenant_id, artifact, host_id, batch_id, line)
settings index_granularity = 2048, non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

alter table rows_finer replace partition tuple() from rows settings allow_replace_partition_from_empty_source = 1;

exchange tables rows and rows_finer;

drop table rows_finer settings max_table_size_to_drop = 0;
