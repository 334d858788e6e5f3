package breaker

import (
	"errors"

	"github.com/sony/gobreaker/v2"

	"shop/platform/errs"
)

// Do makes the call, or returns Unavailable with the reason CIRCUIT_OPEN when the dependency gets none at the moment.
func (b *Breaker) Do(call func() error) error {
	_, err := b.circuit.Execute(func() (struct{}, error) { return struct{}{}, call() })
	if errors.Is(err, gobreaker.ErrOpenState) {
		b.metrics.rejected(b.name)
		return errs.Wrap(err, errs.Unavailable, Reason, "%s is unavailable, try again later", b.name)
	}
	return err
}
