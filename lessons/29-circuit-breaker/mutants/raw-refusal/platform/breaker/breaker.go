package breaker

import (
	"errors"

	"github.com/sony/gobreaker/v2"
)

// Do makes the call, or returns Unavailable with the reason CIRCUIT_OPEN when the dependency gets none at the moment.
func (b *Breaker) Do(call func() error) error {
	_, err := b.circuit.Execute(func() (struct{}, error) { return struct{}{}, call() })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		b.metrics.rejected(b.name)
		return err
	}
	return err
}
