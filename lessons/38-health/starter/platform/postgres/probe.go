package postgres

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/health"
)

// provideProbe returns the probe "database".
func provideProbe(pool *pgxpool.Pool) health.Probe {
	// TODO: under load the requests of the service have all connections of the pool.
	return health.Probe{Name: "database", Check: pool.Ping}
}
