-- atlas:txmode none

-- At most one open saga of an order, found by the order. It also serves the scanner of the version before, whose index it replaces.
DROP INDEX CONCURRENTLY IF EXISTS saga_executions_open;
CREATE UNIQUE INDEX CONCURRENTLY saga_executions_open ON saga_executions (aggregate_id)
    WHERE status IN ('RUNNING', 'COMPENSATING', 'FAILED');
DROP INDEX CONCURRENTLY IF EXISTS saga_executions_unsettled;
