package breaker

import "go.uber.org/zap"

// New returns a closed breaker. The name is the dependency in errors, logs and metrics.
func New(name string, cfg Config, metrics *Metrics, log *zap.Logger) *Breaker {
	// TODO: when does it open, when does it make a call again, and when does it close?
	metrics.expect(name)
	return &Breaker{name: name, metrics: metrics}
}

// Do makes the call, or returns Unavailable with the reason CIRCUIT_OPEN when the dependency gets none at the moment.
func (b *Breaker) Do(call func() error) error {
	// TODO
	return call()
}

// isFailure reports whether err says that the dependency does not work.
func isFailure(err error) bool {
	// TODO: which errors are answers? parsed gives gRPC statuses their code.
	return err != nil
}
