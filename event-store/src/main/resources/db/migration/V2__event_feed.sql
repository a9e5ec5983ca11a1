-- What the feed's filters need so that a page costs what it shows, wherever in history that lies and however rare it is.
-- An append pays for each of these, some microseconds together; so the aggregate's id has none (events_one_writer serves it).

-- Every page of the feed is of the caller's mode and of `shop`: two ranges in order. A shop may have a million events of one
-- mode and ten of the other.
create index events_by_mode on events (mode, position);

-- The same for `type=product.created`, and for `aggregate_type=product` or `type=product.*`. Appends hit the right edge of a
-- few ranges, so the pages that they touch are warm.
create index events_by_type on events (type, mode, position);
create index events_by_aggregate_type on events (aggregate_type, mode, position);

-- An actor may have written most of history or ten events of it, lately or long ago: in order, so that both are quick.
create index events_by_actor on events (((metadata::jsonb) ->> 'actor'), position);

-- Some events each. A request is its own correlation unless something else has caused it, so only the others stand in the
-- second index; they are found by the two together.
create index events_by_request on events (((metadata::jsonb) ->> 'request_id'));
create index events_by_correlation on events (((metadata::jsonb) ->> 'correlation_id'))
  where ((metadata::jsonb) ->> 'correlation_id') <> ((metadata::jsonb) ->> 'request_id');

-- Rows lie in the table nearly in the order of their time, so a summary of each few pages finds a span of time. It is written
-- once for many rows, where a b-tree would be written with each.
create index events_by_time on events using brin (time) with (pages_per_range = 32, autosummarize = on);
