package rabbitmq

import (
	"errors"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"shop/platform/config"
)

// Config holds the settings of RabbitMQ.
type Config struct {
	URL config.Secret `env:"RABBITMQ_URL"`
	// ConnectTimeout bounds opening a connection, WriteTimeout each write to it, CloseTimeout closing it. A broker that sends nothing for one and a half times
	// Heartbeat is gone.
	ConnectTimeout time.Duration `env:"RABBITMQ_CONNECT_TIMEOUT" default:"5s"`
	WriteTimeout   time.Duration `env:"RABBITMQ_WRITE_TIMEOUT" default:"5s"`
	CloseTimeout   time.Duration `env:"RABBITMQ_CLOSE_TIMEOUT" default:"1s"`
	Heartbeat      time.Duration `env:"RABBITMQ_HEARTBEAT" default:"10s"`
	// ReconnectMin is the pause after a connection was lost. It doubles with each attempt that fails, up to ReconnectMax.
	ReconnectMin time.Duration `env:"RABBITMQ_RECONNECT_MIN" default:"1s"`
	ReconnectMax time.Duration `env:"RABBITMQ_RECONNECT_MAX" default:"30s"`
	Consumer     ConsumerConfig
}

// ConsumerConfig holds the settings of each consumer.
type ConsumerConfig struct {
	// Prefetch is how many messages the broker hands over before it gets an answer, Workers how many are handled at the same time.
	Prefetch int `env:"CONSUMER_PREFETCH" default:"500"`
	Workers  int `env:"CONSUMER_WORKERS" default:"5"`
	// Timeout bounds handling one message.
	Timeout time.Duration `env:"CONSUMER_TIMEOUT" default:"30s"`
	// RequeueMin is how long a message that failed waits before the next try. It doubles with each further one, up to RequeueMax.
	RequeueMin time.Duration `env:"CONSUMER_REQUEUE_MIN" default:"500ms"`
	RequeueMax time.Duration `env:"CONSUMER_REQUEUE_MAX" default:"10s"`
	// DrainTimeout is how long messages in progress may take to finish when the service stops.
	DrainTimeout time.Duration `env:"CONSUMER_DRAIN_TIMEOUT" default:"10s"`
}

// Validate rejects an invalid address, and waits without a limit.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"RABBITMQ_CONNECT_TIMEOUT": c.ConnectTimeout, "RABBITMQ_WRITE_TIMEOUT": c.WriteTimeout,
		"RABBITMQ_CLOSE_TIMEOUT": c.CloseTimeout, "RABBITMQ_RECONNECT_MIN": c.ReconnectMin,
	})
	// The parser's own error quotes the address, password and all.
	if _, err := amqp.ParseURI(c.URL.Reveal()); err != nil {
		faults = append(faults, errors.New("RABBITMQ_URL is not of the form amqp://user:password@host:port/vhost"))
	}
	if c.Heartbeat < time.Second {
		faults = append(faults, errors.New("RABBITMQ_HEARTBEAT must be at least 1s"))
	}
	if c.ReconnectMax < c.ReconnectMin {
		faults = append(faults, errors.New("RABBITMQ_RECONNECT_MAX must not be shorter than RABBITMQ_RECONNECT_MIN"))
	}
	return errors.Join(faults...)
}

// Validate rejects consumers that would handle nothing, and waits without a limit.
func (c *ConsumerConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"CONSUMER_TIMEOUT": c.Timeout, "CONSUMER_REQUEUE_MIN": c.RequeueMin, "CONSUMER_DRAIN_TIMEOUT": c.DrainTimeout,
	})
	if c.Workers < 1 {
		faults = append(faults, errors.New("CONSUMER_WORKERS must be at least 1"))
	}
	if c.Prefetch < c.Workers {
		faults = append(faults, errors.New("CONSUMER_PREFETCH must not be less than CONSUMER_WORKERS"))
	}
	if c.RequeueMax < c.RequeueMin {
		faults = append(faults, errors.New("CONSUMER_REQUEUE_MAX must not be shorter than CONSUMER_REQUEUE_MIN"))
	}
	return errors.Join(faults...)
}
