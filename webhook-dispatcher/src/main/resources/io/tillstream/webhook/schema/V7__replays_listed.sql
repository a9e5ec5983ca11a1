create index replays_listed on replays (endpoint_id, id);
