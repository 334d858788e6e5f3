package outbox

import (
	"crypto/rand"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/periodic"
	"shop/platform/rabbitmq"
)

// Module provides *Writer, and runs a relay and the retention. It needs a Config, a pool and a *rabbitmq.Publisher. Put it before the modules
// whose consumers write to the outbox, so that the relay stops after them.
var Module = fx.Module("outbox",
	fx.Provide(NewWriter, NewMetrics),
	fx.Invoke(runRelay, runMaintenance),
)

func runRelay(lc fx.Lifecycle, cfg Config, pool *pgxpool.Pool, publisher *rabbitmq.Publisher, metrics *Metrics, log *zap.Logger) {
	relay := NewRelay(cfg, relayName(), pool, OnRabbitMQ(publisher), metrics, log)
	lc.Append(fx.Hook{OnStart: relay.Start, OnStop: relay.Stop})
}

// relayName returns a name that tells an operator which process it is. No two relays share one, also not after a restart.
func relayName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}

func runMaintenance(lc fx.Lifecycle, cfg Config, pool *pgxpool.Pool, metrics *Metrics, log *zap.Logger) {
	m := &maintenance{cfg, pool, metrics}
	for _, task := range []*periodic.Task{
		periodic.New(cfg.MeasureInterval, log, m.measure),
		periodic.New(cfg.PruneInterval, log, m.prune),
	} {
		lc.Append(fx.Hook{OnStart: task.Start, OnStop: task.Stop})
	}
}
