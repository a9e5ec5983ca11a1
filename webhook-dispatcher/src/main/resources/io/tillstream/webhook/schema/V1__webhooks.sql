-- What the dispatcher keeps, in a schema of its own that may be on another server than the events.
-- Deliveries are state, not a projection: nothing can make them again.

-- How far history was turned into deliveries. The row's lock makes one dispatcher at a time do it.
create table progress (
  only_one boolean primary key default true check (only_one),
  position bigint  not null
);
insert into progress (position) values (0);

create table endpoints (
  id          uuid        primary key,
  mode        text        not null,
  state       text        not null, -- what the events add up to
  is_active   boolean     not null,
  deleted     boolean     not null,
  position    bigint      not null,
  last_number bigint      not null default 0, -- of its deliveries, without gaps
  created_at  timestamptz not null
);
create index endpoints_listed on endpoints (mode, id) where not deleted;

-- How its receiver does, of which sending takes heed.
create table health (
  endpoint_id     uuid primary key references endpoints (id),
  unavailable     int         not null default 0, -- attempts in a row that met no working receiver
  failing_since   timestamptz,
  paused_until    timestamptz,
  last_success_at timestamptz,
  wished_at       timestamptz                     -- when its suspension was asked for
);

-- Ids are UUIDv7 of the moment of storing, so a range of ids is a range of time, and a partition is a day.
create table deliveries (
  id              uuid        not null primary key,
  endpoint_id     uuid        not null,
  mode            text        not null,
  number          bigint,                         -- null for tests and replays
  message_id      text        not null,           -- the same for all attempts, and for whoever sends it again
  event           text        not null,
  person_id       uuid,                           -- whose data is in the body
  body            text        not null,
  status          text        not null,
  attempt_count   int         not null default 0,
  attempts_made   int         not null default 0, -- also before it was replayed
  max_attempts    int         not null,
  next_attempt_at timestamptz,
  http_status     int,
  error_message   text,
  response_body   text,
  duration_ms     bigint,
  failed_at       timestamptz,
  created_at      timestamptz not null,
  replay_id       uuid                            -- of the replay of history that made it
) partition by range (id);
create index deliveries_by_mode on deliveries (mode, id);
create index deliveries_by_number on deliveries (endpoint_id, number);
create index deliveries_held on deliveries (endpoint_id) where status = 'held';
create index deliveries_by_replay on deliveries (replay_id) where replay_id is not null;
create index deliveries_by_person on deliveries (person_id) where person_id is not null;

create table attempts (
  delivery_id   uuid        not null,
  number        int         not null,
  started_at    timestamptz not null,
  http_status   int,
  error_message text,
  response_body text,
  duration_ms   bigint      not null,
  primary key (delivery_id, number)
) partition by range (delivery_id);

-- What is still to be sent. Small, whatever the log holds; a row is claimed by moving its time behind the lease.
create table queue (
  delivery_id  uuid        primary key,
  endpoint_id  uuid        not null,
  due_at       timestamptz not null,
  leased_until timestamptz
);
create index queue_by_endpoint on queue (endpoint_id, due_at);
create index queue_leased on queue (endpoint_id, leased_until) where leased_until is not null;

-- History that is sent to an endpoint once more. Carried on by any dispatcher, a run of events at a time.
create table replays (
  id             uuid        primary key,
  endpoint_id    uuid        not null,
  mode           text        not null,
  from_time      timestamptz,
  to_time        timestamptz,
  events         text[]      not null,            -- names; empty for those that the endpoint is told of
  rate           int         not null,            -- deliveries a second
  after_position bigint      not null default 0,  -- how far it is
  to_position    bigint      not null,
  queued         bigint      not null default 0,
  next_due_at    timestamptz not null,
  status         text        not null,
  created_at     timestamptz not null,
  finished_at    timestamptz
);
create index replays_running on replays (id) where status = 'running';
