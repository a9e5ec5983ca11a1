-- Outgoing webhooks: what the dispatcher may read of the secrets, and a role and schema of its own for its deliveries.

alter table secrets add column for_dispatcher boolean not null default false;

create view dispatcher_secrets as select id, sealed from secrets where for_dispatcher;
grant select on dispatcher_secrets to "${reader_user}";

do $$
begin
  if not exists (select from pg_roles where rolname = '${webhooks_user}') then
    create role "${webhooks_user}" login password '${webhooks_password}';
  end if;
  execute format('grant "${webhooks_user}" to %I', current_user);
end
$$;
create schema if not exists webhooks authorization "${webhooks_user}";

-- The dispatcher doesn't append: where an endpoint failed for too long it leaves a wish, and a command decides.
create table webhook_suspension_wishes (
  webhook_id uuid        not null,
  mode       text        not null,
  reason     text        not null,
  wished_at  timestamptz not null,
  primary key (webhook_id, wished_at)
);
grant insert on webhook_suspension_wishes to "${webhooks_user}";
