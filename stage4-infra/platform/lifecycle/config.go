package lifecycle

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"shop/platform/config"
)

// Config holds the time limits of starting and stopping.
type Config struct {
	StartupTimeout time.Duration `env:"STARTUP_TIMEOUT" default:"15s"`
	// GracePeriod is the time between the decision to stop the service and SIGKILL: terminationGracePeriodSeconds. PreStop is how much of it
	// has passed before SIGTERM arrives: the duration of a preStop hook.
	GracePeriod time.Duration `env:"SHUTDOWN_GRACE_PERIOD" default:"30s"`
	PreStop     time.Duration `env:"SHUTDOWN_PRE_STOP" default:"0s"`
	// ShutdownTimeout is for the whole stop.
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" default:"28s"`
	Budgets         Budgets
}

// Budgets are the longest durations of the phases.
type Budgets struct {
	NotServing   time.Duration `env:"SHUTDOWN_NOT_SERVING_BUDGET" default:"200ms"`
	EndpointWait time.Duration `env:"SHUTDOWN_ENDPOINT_WAIT" default:"3s"`
	Server       time.Duration `env:"SHUTDOWN_SERVER_BUDGET" default:"12s"`
	Cron         time.Duration `env:"SHUTDOWN_CRON_BUDGET" default:"2s"`
	Consumers    time.Duration `env:"SHUTDOWN_CONSUMERS_BUDGET" default:"5s"`
	Relay        time.Duration `env:"SHUTDOWN_RELAY_BUDGET" default:"2s"`
	Clients      time.Duration `env:"SHUTDOWN_CLIENTS_BUDGET" default:"200ms"`
	Broker       time.Duration `env:"SHUTDOWN_BROKER_BUDGET" default:"1s"`
	Redis        time.Duration `env:"SHUTDOWN_REDIS_BUDGET" default:"300ms"`
	Database     time.Duration `env:"SHUTDOWN_DATABASE_BUDGET" default:"800ms"`
	Telemetry    time.Duration `env:"SHUTDOWN_TELEMETRY_BUDGET" default:"1500ms"`
}

// budget is the time of a phase, and the variable that sets it.
type budget struct {
	phase    Phase
	variable string
	limit    time.Duration
}

func (b *Budgets) list() []budget {
	return []budget{
		{NotServing, "SHUTDOWN_NOT_SERVING_BUDGET", b.NotServing},
		{EndpointWait, "SHUTDOWN_ENDPOINT_WAIT", b.EndpointWait},
		{Server, "SHUTDOWN_SERVER_BUDGET", b.Server},
		{Cron, "SHUTDOWN_CRON_BUDGET", b.Cron},
		{Consumers, "SHUTDOWN_CONSUMERS_BUDGET", b.Consumers},
		{Relay, "SHUTDOWN_RELAY_BUDGET", b.Relay},
		{Clients, "SHUTDOWN_CLIENTS_BUDGET", b.Clients},
		{Broker, "SHUTDOWN_BROKER_BUDGET", b.Broker},
		{Redis, "SHUTDOWN_REDIS_BUDGET", b.Redis},
		{Database, "SHUTDOWN_DATABASE_BUDGET", b.Database},
		{Telemetry, "SHUTDOWN_TELEMETRY_BUDGET", b.Telemetry},
	}
}

// of returns the budget of a phase.
func (b *Budgets) of(phase Phase) time.Duration {
	for _, budget := range b.list() {
		if budget.phase == phase {
			return budget.limit
		}
	}
	return 0
}

// Validate rejects durations of zero, budgets that do not fit into the timeout, and a timeout that does not fit into the grace period: the
// process would be killed in the middle of its stop.
func (c *Config) Validate() error {
	durations := map[string]time.Duration{
		"STARTUP_TIMEOUT": c.StartupTimeout, "SHUTDOWN_TIMEOUT": c.ShutdownTimeout, "SHUTDOWN_GRACE_PERIOD": c.GracePeriod,
	}
	var sum time.Duration
	var terms []string
	for _, b := range c.Budgets.list() {
		sum += b.limit
		terms = append(terms, fmt.Sprintf("%s %s", b.variable, b.limit))
		if b.phase != EndpointWait {
			durations[b.variable] = b.limit
		}
	}
	faults := config.Positive(durations)
	if sum > c.ShutdownTimeout {
		faults = append(faults, fmt.Errorf("SHUTDOWN_TIMEOUT is %s, but the budgets add up to %s: %s",
			c.ShutdownTimeout, sum, strings.Join(terms, " + ")))
	}
	if c.ShutdownTimeout > c.GracePeriod-c.PreStop {
		faults = append(faults, fmt.Errorf("SHUTDOWN_TIMEOUT is %s, but SHUTDOWN_GRACE_PERIOD %s - SHUTDOWN_PRE_STOP %s leaves %s",
			c.ShutdownTimeout, c.GracePeriod, c.PreStop, c.GracePeriod-c.PreStop))
	}
	return errors.Join(faults...)
}
