-- Which master key the store was made with, as a keyed hash that says nothing of it. A service that is started with another one
-- would seal what nobody else can open, and take what is sealed for broken: it refuses.

create table master_key (
  only_one    boolean primary key default true check (only_one),
  fingerprint text    not null
);
grant select on master_key to "${reader_user}";
