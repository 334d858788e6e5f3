-- name: NextFence :one
INSERT INTO lock_fences (key, token) VALUES ($1, 1)
ON CONFLICT (key) DO UPDATE SET token = lock_fences.token + 1
RETURNING token;
