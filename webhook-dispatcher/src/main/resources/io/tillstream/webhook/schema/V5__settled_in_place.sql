-- What comes of a delivery is written in place (HOT): no index of the log reads a column that changes, and new days have room for it.

-- What is held is queued as never due.
insert into queue (delivery_id, endpoint_id, number, due_at)
  select d.id, d.endpoint_id, d.number, 'infinity'
  from deliveries d join endpoints e on e.id = d.endpoint_id
  where d.status = 'held' and not e.is_active and not e.deleted
  on conflict (delivery_id) do update set due_at = 'infinity', leased_until = null;
drop index deliveries_held;

-- A dispatcher of an older version would look for what is held where it no longer is: without this table it takes nothing in.
alter table progress rename to taken_in;

-- One index knows deliveries by their ids, so that PostgreSQL looks nowhere else for one, whatever it last saw of the queue. What
-- was released together goes out by its number.
drop index queue_by_due;
create index queue_by_due on queue (endpoint_id, due_at, number);
drop index queue_by_number;
create index queue_by_number on queue (endpoint_id, number, due_at);
