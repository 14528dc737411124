-- On which hosts each value was seen, kept ready as one set per value: what lists, dossiers and host pages ask for dozens of
-- values at once. The engine keeps it in step with its table, also where rows are replaced or deleted.
alter table sightings modify setting
  deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

alter table sightings add projection if not exists prevalence (
  select tenant_id, type, value, groupBitmapState(host_id) group by tenant_id, type, value
);

-- For rows that are there already, in the background; until then they are counted one by one.
alter table sightings materialize projection prevalence settings mutations_sync = 0;
