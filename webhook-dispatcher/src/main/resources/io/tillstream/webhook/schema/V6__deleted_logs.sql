-- A webhook's log goes with it, some rows at a time, and isn't shown meanwhile. So do the logs of webhooks that were deleted before.
alter table endpoints add column log_removed boolean not null default false;
create index endpoints_log_left on endpoints (id) where deleted and not log_removed;
