-- Ends a transaction in which a statement should have changed a row and didn't, before its commit, which comes in the same
-- round trip. The detail tells whose outcome it is: the statement's index among those that were sent together.
create function must_change(changed bigint, statement integer) returns void language plpgsql as $$
begin
  if changed = 0 then
    raise exception 'A statement that had to change a row changed none' using errcode = 'TS001', detail = statement;
  end if;
end
$$;
