-- A lease is written in place (HOT): no index reads it, and pages have room for it. What is leased stays due.
drop index queue_leased;
alter table queue set (fillfactor = 50);

-- A dispatcher of an older version would send what is leased: without this column it claims nothing and takes nothing in.
alter table queue rename column leased_until to lease_ends;
