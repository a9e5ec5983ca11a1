-- The attempt that delivered is in the delivery itself, whose status, answer and duration are of it: most deliveries have no other.
-- Those that failed, and what came after, are rows of attempts, as all are that an older version recorded.
alter table deliveries add column delivered_attempt_at timestamptz; -- when it began

create view all_attempts as
  select delivery_id, number, started_at, http_status, error_message, response_body, duration_ms from attempts
  union all
  select id, attempts_made, delivered_attempt_at, http_status, error_message, response_body, duration_ms from deliveries
  where delivered_attempt_at is not null;
