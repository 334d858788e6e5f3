-- A later deploy.
SELECT 1;
