-- Whether a person has stopped a delivery, which the reason in its error_message alone told.
alter table deliveries add column stopped boolean not null default false;
update deliveries set stopped = true
  where status in ('permanently_failed', 'retried') and error_message in ('Canceled', 'The replay was aborted');
