jsonb_build_array(
    w.id, to_char(w.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), w.transaction, w."table", w.key, w.operation,
    w.area_code, w.actor, w.actor_name, w.request, w.before, w.after
)::text
