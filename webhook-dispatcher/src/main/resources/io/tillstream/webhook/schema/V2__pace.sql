-- How fast and in which order an endpoint is sent to.

alter table endpoints add column spacing_us bigint; -- from one delivery to the next; null for none
alter table endpoints add column strict_order boolean not null default false;

-- When the next delivery of an endpoint with a rate may be sent. The row's lock makes one dispatcher at a time spend it.
alter table health add column next_slot_at timestamptz;

-- An endpoint with a strict order is sent the lowest number that waits.
alter table queue add column number bigint;
update queue q set number = d.number from deliveries d where d.id = q.delivery_id;
create index queue_by_number on queue (endpoint_id, number, due_at, delivery_id);

-- With all that claims sort by: thousands that were released together are due at the same instant.
drop index queue_by_endpoint;
create index queue_by_due on queue (endpoint_id, due_at, delivery_id);
