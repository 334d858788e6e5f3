package outbox

import (
	"crypto/rand"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/lifecycle"
	"shop/platform/periodic"
	"shop/platform/rabbitmq"
)

// Module provides *Writer, and runs a relay and the retention. It needs a Config, a pool and a *rabbitmq.Publisher.
var Module = fx.Module("outbox",
	fx.Provide(NewWriter, NewMetrics),
	fx.Invoke(runRelay, runMaintenance),
)

func runRelay(
	stops *lifecycle.Coordinator, cfg Config, pool *pgxpool.Pool, publisher *rabbitmq.Publisher, metrics *Metrics, log *zap.Logger,
) {
	relay := NewRelay(cfg, relayName(), pool, OnRabbitMQ(publisher), metrics, log)
	stops.Add(lifecycle.Relay, "outbox", fx.Hook{OnStart: relay.Start, OnStop: relay.Stop})
}

// relayName returns a name that tells an operator which process it is. No two relays share one, also not after a restart.
func relayName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}

func runMaintenance(stops *lifecycle.Coordinator, cfg Config, pool *pgxpool.Pool, metrics *Metrics, log *zap.Logger) {
	m := &maintenance{cfg, pool, metrics}
	for name, task := range map[string]*periodic.Task{
		"outbox measurement": periodic.New(cfg.MeasureInterval, log, m.measure),
		"outbox retention":   periodic.New(cfg.PruneInterval, log, m.prune),
	} {
		stops.Add(lifecycle.Cron, name, fx.Hook{OnStart: task.Start, OnStop: task.Stop})
	}
}
