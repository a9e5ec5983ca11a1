-- What comes of an attempt is written in place (HOT): no index reads a column that changes, and pages have room for it. The
-- dispatchers of older versions have to be ended first: they would look for what is held where it no longer is.

-- What is held is queued as never due.
insert into queue (delivery_id, endpoint_id, number, due_at)
  select id, endpoint_id, number, 'infinity' from deliveries where status = 'held';
drop index deliveries_held;

-- One index knows deliveries by their ids, so that PostgreSQL looks nowhere else for one, whatever it last saw of the tables. What
-- was released together goes out by its number.
drop index queue_by_due;
create index queue_by_due on queue (endpoint_id, due_at, number);
drop index queue_by_number;
create index queue_by_number on queue (endpoint_id, number, due_at);
drop index queue_leased;
drop index deliveries_by_mode;
create index deliveries_live on deliveries (id) where mode = 'live';
create index deliveries_test on deliveries (id) where mode = 'test';
