-- Which history was taken in: one of its last events. Null until there was one since these columns came; an older dispatcher
-- raises the position alone.
alter table progress add column event_position bigint;
alter table progress add column event_id text;
