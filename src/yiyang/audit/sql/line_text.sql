jsonb_build_array(
    line.seq, to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), line.kind, line.actor, line.actor_name,
    line.request, line.address, line.what, line.person, line.area_code, line.reason, line.detail
)::text
