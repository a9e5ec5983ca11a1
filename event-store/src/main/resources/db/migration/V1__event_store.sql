-- The event store and what is kept beside it. Payload and metadata are text, not jsonb: a proof is over their bytes.

create table events (
  position       bigint generated always as identity primary key,
  event_id       text   not null unique,
  aggregate_type text   not null,
  aggregate_id   text   not null,
  sequence       bigint not null,
  type           text   not null,
  revision       text   not null,
  time           text   not null,
  metadata       text   not null,
  payload        text   not null,
  mode           text   not null generated always as ((metadata::jsonb) ->> 'mode') stored,
  constraint events_one_writer unique (aggregate_id, sequence)
);

create table snapshots (
  event_id       text   not null unique,
  aggregate_type text   not null,
  aggregate_id   text   not null,
  sequence       bigint not null,
  type           text   not null,
  revision       text   not null,
  time           text   not null,
  metadata       text   not null,
  payload        text   not null,
  primary key (aggregate_id, sequence)
);

-- Derived rows: a pure function of the folds, written with the append, held against them by `verify`.

create table live_aggregates (
  id             uuid not null,
  mode           text not null,
  aggregate_type text not null,
  primary key (id, mode)
);

create table claims (
  mode         text not null,
  concept      text not null,
  name         text not null,
  aggregate_id uuid not null,
  primary key (mode, concept, name)
);
create index claims_by_aggregate on claims (aggregate_id);

create table aggregate_references (
  source uuid not null,
  name   text not null,
  target uuid not null,
  mode   text not null,
  primary key (source, name, target),
  constraint references_target foreign key (target, mode) references live_aggregates (id, mode)
);
create index references_by_target on aggregate_references (target, mode);

create table due_times (
  aggregate_id   uuid primary key,
  aggregate_type text not null,
  mode           text not null,
  due_at         timestamptz not null
);
create index due_times_in_order on due_times (due_at);

-- `changed` is the writer's transaction id: a reader that starts from its previous snapshot's xmin misses no late commit.
create table credentials (
  id               uuid primary key,
  hash             text not null unique,
  name             text not null,
  mode             text not null,
  scopes           text[] not null,
  limit_per_minute int,
  active           boolean not null,
  expires_at       timestamptz,
  changed          xid8 not null
);
create index credentials_by_change on credentials (changed);

-- Written with the append, but no function of a fold.

create table idempotency_answers (
  credential  uuid not null,
  route       text not null,
  key         text not null,
  fingerprint text not null,
  status      int  not null,
  etag        text,
  answer      bytea not null,
  person_id   uuid,
  created_at  timestamptz not null,
  primary key (credential, route, key)
);
create index idempotency_by_age on idempotency_answers (created_at);
create index idempotency_by_person on idempotency_answers (person_id) where person_id is not null;

create table person_keys (
  person_id  uuid primary key,
  wrapped    bytea not null,
  created_at timestamptz not null
);

create table secrets (
  id     uuid primary key,
  sealed bytea not null
);

create table publisher_positions (
  topic    text primary key,
  position bigint not null
);

-- Query service and dispatcher reach the store through a role that can only read.
do $$
begin
  if not exists (select from pg_roles where rolname = '${reader_user}') then
    create role "${reader_user}" login password '${reader_password}';
  end if;
end
$$;
grant usage on schema public to "${reader_user}";
grant select on events, snapshots, live_aggregates, claims, aggregate_references, due_times, credentials, person_keys,
  publisher_positions to "${reader_user}";
