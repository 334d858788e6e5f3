package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"shop/paymentsim"

	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/stack"
)

// field is what faults are done to.
type field struct {
	stack    *stack.Stack
	postgres *infra.PrivatePostgres // nil unless an experiment needs it
	broker   *infra.PrivateBroker   // nil unless an experiment needs it
	redisURL string
}

// heal ends a fault.
type heal func(context.Context) error

// kind is one way to go wrong.
type kind struct {
	// fits says whether a target is one for this fault.
	fits func(target string) bool
	// measured says that the fault has an amount.
	measured bool
	begin    func(context.Context, *field, Act) (heal, error)
}

var kinds map[string]kind

func init() {
	kinds = map[string]kind{
		"kill":      {fits: isService, begin: onService(func(_ context.Context, s *stack.Service) error { return s.Kill() }, restart)},
		"stop":      {fits: isService, begin: onService(stop, restart)},
		"freeze":    {fits: isService, begin: onService(func(_ context.Context, s *stack.Service) error { return s.Pause() }, resume)},
		"cut":       {fits: isLink, begin: onLinks(func(l link, _ Act) error { l.Cut(); return nil })},
		"delay":     {fits: isDelayable, measured: true, begin: onLinks(delay)},
		"silence":   {fits: toBroker, begin: onBroker(func(l *fault.AMQPLink, _ Act) { l.Freeze() }, false)},
		"reset":     {fits: toBroker, begin: onBroker(func(l *fault.AMQPLink, _ Act) { l.Reset() }, false)},
		"duplicate": {fits: toBroker, begin: onBroker(duplicate, false)},
		"lose":      {fits: toBroker, begin: onBroker(lose, true)},
		"forget":    {fits: is("provider"), begin: forget},
		"crash":     {fits: is("postgres", "rabbitmq"), begin: crash},
		"restart":   {fits: is("postgres"), begin: restartPostgres},
		"slow-disk": {fits: is("postgres"), measured: true, begin: slowDisk},
		"full-disk": {fits: is("rabbitmq"), begin: fullDisk},
		"flush":     {fits: is("redis"), begin: flush},
		"skew":      {fits: is("tokens"), measured: true, begin: skew},
	}
}

func isService(target string) bool { return slices.Contains(stack.Names(), target) }

func isLink(target string) bool {
	caller, callee, ok := strings.Cut(target, "->")
	return ok && (isService(caller) || target == everyBroker) && (isService(callee) || is("postgres", "redis", "rabbitmq")(callee))
}

func isDelayable(target string) bool { return isLink(target) && !toBroker(target) }

func toBroker(target string) bool { return isLink(target) && strings.HasSuffix(target, "->rabbitmq") }

func is(names ...string) func(string) bool {
	return func(target string) bool { return slices.Contains(names, target) }
}

// everyBroker is the broker for all services.
const everyBroker = "all->rabbitmq"

func onService(do, undo func(context.Context, *stack.Service) error) func(context.Context, *field, Act) (heal, error) {
	return func(ctx context.Context, f *field, a Act) (heal, error) {
		service := f.stack.Service(a.At)
		if service == nil {
			return nil, fmt.Errorf("the stage has no service %s", a.At)
		}
		return func(ctx context.Context) error { return undo(ctx, service) }, do(ctx, service)
	}
}

func stop(ctx context.Context, s *stack.Service) error {
	_, err := s.Stop(ctx)
	return err
}

func restart(ctx context.Context, s *stack.Service) error { return s.Restart(ctx, nil) }

func resume(_ context.Context, s *stack.Service) error { return s.Resume() }

// link is what calls and connections have in common.
type link interface {
	Cut()
	Heal() error
}

func onLinks(do func(link, Act) error) func(context.Context, *field, Act) (heal, error) {
	return func(_ context.Context, f *field, a Act) (heal, error) {
		caller, callee, _ := strings.Cut(a.At, "->")
		var links []link
		switch {
		case toBroker(a.At):
			for _, l := range f.brokers(caller) {
				links = append(links, l)
			}
		case isService(callee):
			l := f.stack.Call(caller, callee)
			return func(context.Context) error { l.Clear(); return l.Heal() }, do(l, a)
		default:
			links = append(links, f.stack.Server(caller, callee))
		}
		var faults []error
		for _, l := range links {
			faults = append(faults, do(l, a))
		}
		return func(context.Context) error {
			var faults []error
			for _, l := range links {
				faults = append(faults, l.Heal())
			}
			return errors.Join(faults...)
		}, errors.Join(faults...)
	}
}

func delay(l link, a Act) error {
	switch l := l.(type) {
	case *fault.Link:
		l.Delay("", 0, a.By)
	case *fault.TCPLink:
		return l.Delay(a.By)
	}
	return nil
}

// onBroker does something to the messages of one service, or of all. What a consumer has not acked comes again only over a new connection:
// with reset the heal breaks the old one.
func onBroker(do func(*fault.AMQPLink, Act), reset bool) func(context.Context, *field, Act) (heal, error) {
	return func(_ context.Context, f *field, a Act) (heal, error) {
		caller, _, _ := strings.Cut(a.At, "->")
		links := f.brokers(caller)
		for _, l := range links {
			do(l, a)
		}
		return func(context.Context) error {
			var faults []error
			for _, l := range links {
				l.Clear()
				faults = append(faults, l.Heal())
				if reset {
					l.Reset()
				}
			}
			return errors.Join(faults...)
		}, nil
	}
}

func (f *field) brokers(caller string) []*fault.AMQPLink {
	if caller == "all" {
		return f.stack.Brokers()
	}
	return []*fault.AMQPLink{f.stack.Broker(caller)}
}

func duplicate(l *fault.AMQPLink, _ Act) {
	l.DuplicatePublish(fault.Match{}, 0)
	l.DuplicateDelivery(fault.Match{}, 0)
}

func lose(l *fault.AMQPLink, a Act) {
	if a.What == "confirm" {
		l.DropConfirm(fault.Match{}, 0)
		return
	}
	l.DropAck(fault.Match{}, 0)
}

func crash(ctx context.Context, f *field, a Act) (heal, error) {
	if a.At == "rabbitmq" {
		return f.broker.Start, f.broker.Kill()
	}
	return f.postgres.Start, f.postgres.Crash(ctx)
}

func restartPostgres(ctx context.Context, f *field, _ Act) (heal, error) {
	return f.postgres.Start, f.postgres.Stop(ctx)
}

// forget makes the payment provider do what it is asked, and forget to answer half of the time.
func forget(_ context.Context, f *field, _ Act) (heal, error) {
	provider := f.stack.Provider
	return func(context.Context) error { return provider.SetFaults(1) },
		provider.SetFaults(1, paymentsim.Fault{Kind: paymentsim.AnswerLost, Probability: .5})
}

func slowDisk(ctx context.Context, f *field, a Act) (heal, error) {
	return func(ctx context.Context) error { return f.postgres.SlowCommits(ctx, 0) }, f.postgres.SlowCommits(ctx, a.By)
}

func fullDisk(ctx context.Context, f *field, _ Act) (heal, error) {
	return f.broker.FreeDisk, f.broker.FillDisk(ctx)
}

func flush(ctx context.Context, f *field, _ Act) (heal, error) {
	options, err := redis.ParseURL(f.redisURL)
	if err != nil {
		return nil, errors.New("the URL of Redis cannot be read")
	}
	client := redis.NewClient(options)
	defer client.Close()
	return func(context.Context) error { return nil }, client.FlushDB(ctx).Err()
}

// skew moves the clock that stamps the tokens of users.
func skew(_ context.Context, f *field, a Act) (heal, error) {
	f.stack.Keys.Skew(a.By)
	return func(context.Context) error { f.stack.Keys.Skew(0); return nil }, nil
}

// wait is the length of a fault or of a lead; it ends early when the day does.
func wait(ctx context.Context, ended <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ended:
	case <-ctx.Done():
	}
}
