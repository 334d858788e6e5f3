package stack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stagecraft/checker/internal/fault"
)

// Call returns the link on which caller calls callee: Call("order", "wallet"). It panics for a pair that is not linked,
// which is a mistake in the check.
func (s *Stack) Call(caller, callee string) *fault.Link {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := s.calls[caller+"->"+callee]
	if link == nil {
		panic(fmt.Sprintf("stack: %s does not call %s over a link", caller, callee))
	}
	return link
}

// AllCalls returns every call that came over a link between services so far.
func (s *Stack) AllCalls() []fault.Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []fault.Call
	for _, link := range s.calls {
		all = append(all, link.Calls("")...)
	}
	return all
}

// Server returns the link of a service to postgres or redis: Server("order", "postgres"). It panics for a pair
// that is not linked.
func (s *Stack) Server(service, server string) *fault.TCPLink {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := s.tcp[service+"->"+server]
	if link == nil {
		panic(fmt.Sprintf("stack: %s is not linked to %s", service, server))
	}
	return link
}

// Heal ends every fault: rules removed, held messages dropped, cut links open, paused services running. Services that were
// killed stay dead.
func (s *Stack) Heal() error {
	s.mu.Lock()
	calls, tcp, amqp := s.calls, s.tcp, s.amqp
	var faults []error
	for _, link := range calls {
		link.Clear()
		faults = append(faults, link.Heal())
	}
	for _, link := range tcp {
		faults = append(faults, link.Heal())
	}
	for _, link := range amqp {
		link.Clear()
		faults = append(faults, link.Heal())
	}
	s.mu.Unlock()
	for _, service := range s.Services() {
		if service.Paused() {
			faults = append(faults, service.Resume())
		}
	}
	return errors.Join(faults...)
}

// reconnect makes the links to a service that has come back find it before the next call does.
func (s *Stack) reconnect(ctx context.Context, service *Service) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	s.mu.Lock()
	var links []*fault.Link
	for _, caller := range s.order {
		if link := s.calls[caller+"->"+service.Name]; link != nil {
			links = append(links, link)
		}
	}
	s.mu.Unlock()
	for _, link := range links {
		_ = link.AwaitCallee(ctx)
	}
}
