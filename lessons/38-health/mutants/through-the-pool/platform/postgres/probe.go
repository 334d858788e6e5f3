package postgres

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/health"
)

// provideProbe returns the probe "database".
func provideProbe(pool *pgxpool.Pool) health.Probe {
	return health.Probe{Name: "database", Check: pool.Ping}
}
