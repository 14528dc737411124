-- How often a delivery's load failed, apart from how often it was begun: a load that was cut off by the end of a process
-- has said nothing about the delivery.
alter table batch add column failures int not null default 0;
comment on column batch.attempts is 'How often its load was begun.';
comment on column batch.failures is 'How often its load failed by itself; the fifth time it is given up.';
select app.tenant_table('batch');
