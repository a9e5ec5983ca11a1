-- The Merkle tree over the stored events and its signed heads: docs/proofs.md. Hashes, keys and signatures are in hex where a
-- row has few of them.

-- 256 leaves each; the last block grows. `subtrees`: once it is full, the roots of all subtrees that end with it.
create table tree_blocks (
  number        bigint   primary key,
  last_position bigint   not null,
  positions     bigint[] not null,
  leaves        bytea    not null,
  subtrees      bytea
);
create index tree_blocks_by_position on tree_blocks (last_position);

create table signing_keys (
  id         text primary key,
  public_key text not null,
  keyed_hash text not null,
  secret_id  uuid not null,
  created_at timestamptz not null
);

create table tree_heads (
  size          bigint primary key,
  last_position bigint not null,
  root          text   not null,
  time          text   not null,
  key_id        text   not null references signing_keys (id),
  signature     text   not null
);

grant select on tree_blocks, signing_keys, tree_heads to "${reader_user}";
