-- First answers to the dispatcher's own POSTs, as the event store keeps those to commands.
create table idempotency_answers (
  credential  uuid        not null,
  route       text        not null,
  key         text        not null,
  fingerprint text        not null,
  status      int         not null,
  etag        text,
  answer      bytea,
  person_id   uuid,       -- no answer of the dispatcher is about one
  created_at  timestamptz not null,
  primary key (credential, route, key)
);
create index idempotency_by_age on idempotency_answers (created_at);
