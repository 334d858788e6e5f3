package stack

import (
	"crypto/rand"
	"fmt"

	"stagecraft/stage1-mvp/paymentsim"
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

// describeProvider says how to make payments go wrong.
func (d *Demo) describeProvider() {
	provider := d.Stack.Provider
	if provider == nil {
		return
	}
	d.URLs = append(d.URLs, [2]string{"provider", provider.URL() + "  (card payments; what was charged: /charges)"})
	d.Faults = `curl -sS -w '\n' -X PUT '` + provider.URL() +
		`/faults' -d '{"faults":[{"kind":"answer_lost","operation":"charge","count":1}]}'`
}
