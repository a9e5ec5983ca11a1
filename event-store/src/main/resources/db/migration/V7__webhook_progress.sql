-- How far the dispatcher has taken history in, beside what its own schema says: so that it notices when that was lost.
create table webhook_progress (
  only_one boolean primary key default true check (only_one),
  position bigint  not null
);
insert into webhook_progress (position) values (0);
grant select, update on webhook_progress to "${webhooks_user}";
