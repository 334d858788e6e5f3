package stack

import (
	"crypto/rand"
	"fmt"

	"shop/paymentsim"
)

// openProvider starts the payment provider that wallet charges cards at. It runs in this process and outlives the kills of a check.
func (s *Stack) openProvider() error {
	open := func(addr string) (*paymentsim.Provider, error) {
		return paymentsim.Listen(addr, paymentsim.Config{APIKey: rand.Text()})
	}
	var err error
	if port := s.options.Ports["provider"]; port != 0 {
		s.Provider, err = open(loopback(port))
	} else {
		s.Provider, err = openOnFreePort(&s.ports, open)
	}
	if err != nil {
		return fmt.Errorf("start the payment provider: %w", err)
	}
	return nil
}
