CREATE TABLE job_executions (
    id          uuid           PRIMARY KEY,
    job_name    text           NOT NULL,
    job_window  text           NOT NULL,
    trigger     text           NOT NULL CHECK (trigger IN ('cron', 'api', 'backfill')),
    status      text           NOT NULL CHECK (status IN ('RUNNING', 'SUCCEEDED', 'FAILED')),
    attempt     integer        NOT NULL,
    started_at  timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz(6),
    error       text           NOT NULL DEFAULT '',
    result      jsonb,
    UNIQUE (job_name, job_window, attempt)
);

CREATE UNIQUE INDEX job_executions_once ON job_executions (job_name, job_window) WHERE status IN ('RUNNING', 'SUCCEEDED');

CREATE INDEX job_executions_by_start ON job_executions (job_name, started_at DESC, id DESC);
