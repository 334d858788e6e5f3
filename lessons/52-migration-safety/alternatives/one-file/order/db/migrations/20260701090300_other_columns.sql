SELECT set_config('lock_timeout', '500ms', true);
ALTER TABLE order_items ADD units int8;
SELECT set_config('lock_timeout', '500ms', true);
ALTER TABLE saga_executions ADD deadline timestamp(6) with time zone;
