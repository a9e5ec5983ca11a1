-- Which history was taken in: the event at the position. Null until there was one since this column came.
alter table progress add column event_id text;
