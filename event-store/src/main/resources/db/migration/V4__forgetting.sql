-- A person who was forgotten: the key is gone, the row stays, so that nothing makes another key for him.
alter table person_keys alter column wrapped drop not null;
alter table person_keys add column erased_at timestamptz;
alter table person_keys add constraint person_keys_or_tombstone check ((wrapped is null) = (erased_at is not null));

-- History goes on referring to the account, so its row stays; nothing new may refer to it.
alter table live_aggregates add column erased boolean not null default false;

-- An answer that showed a person who was forgotten: its key stays taken, the answer and the hash of the request are gone.
alter table idempotency_answers alter column answer drop not null;

-- The row versions that held a key or an answer are dead after that: not kept until a fifth of the table is.
alter table person_keys set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
alter table idempotency_answers set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
