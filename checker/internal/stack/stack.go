// Package stack runs the services of a stage as the learner built them: as processes of their own, on ports known before
// they start, with every dependency behind a fault link, and with clients to drive and observe them.
package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/paymentsim"

	"stagecraft/checker/internal/fault"

	"golang.org/x/sync/errgroup"
)

// Options say what to start. Bins and Databases are all that is necessary.
type Options struct {
	// Bins maps a service (order, inventory, wallet, gateway) to its binary; those named are started.
	Bins map[string]string
	// Databases maps order_db, inventory_db, wallet_db to their URLs.
	Databases map[string]string
	// RedisURL and AMQPURL are empty when the stage uses neither. AMQPURL goes to the services that send messages.
	RedisURL, AMQPURL string

	// Env is added to every service, ServiceEnv to one; they win over the defaults.
	Env        map[string]string
	ServiceEnv map[string]map[string]string
	// OTLPEndpoint (host:port) takes traces; empty turns tracing off.
	OTLPEndpoint string

	// LogDir receives <service>.log; empty keeps logs in memory only.
	LogDir string
	// TLS gives the services certificates, and the links too. Without it services are told to use plain text.
	TLS bool
	// Direct connects services without fault links.
	Direct bool
	// Ports fixes the port of a service; the others get free ones.
	Ports map[string]int
	// StartTimeout bounds the time until a service serves; 20 s if zero.
	StartTimeout time.Duration

	// Keys sign tokens; made anew if nil.
	Keys *Keys
	// Recorder takes every operation that goes through Shop; may be nil.
	Recorder Recorder
	// OnEvent takes kills, restarts, cuts, holds; OnLog every log line. Both may be nil and are called from many goroutines.
	OnEvent fault.Sink
	OnLog   func(Line)
}

// Stack is a running system.
type Stack struct {
	// Gateway is the base URL of the HTTP gateway, empty if it was not started.
	Gateway string
	// Shop is the HTTP client for the gateway.
	Shop *Shop
	// Keys sign tokens that the services accept.
	Keys *Keys
	// Certificates are those of the services, nil without TLS.
	Certificates *Certificates
	// Typed clients go to the services directly, past the fault links. Put a token into the context with AsUser,
	// AsAdmin or AsService. Each is nil when its service was not started.
	Order     orderv1.OrderServiceClient
	Inventory inventoryv1.InventoryServiceClient
	Wallet    walletv1.WalletServiceClient
	// Provider is where wallet charges cards, nil without wallet. It runs in this process, and no kill reaches it.
	Provider *paymentsim.Provider

	options Options

	mu       sync.Mutex
	services map[string]*Service
	order    []string // names as they were added
	calls    map[string]*fault.Link
	tcp      map[string]*fault.TCPLink
	amqp     map[string]*fault.AMQPLink
	ports    held
	closed   bool
}

// Start brings the services up and returns when all of them serve. A *StartError is the failure of the program that was
// started, any other error is not.
func Start(ctx context.Context, options Options) (*Stack, error) {
	var err error
	for range 3 {
		var s *Stack
		s, err = startOnce(ctx, options)
		if err == nil {
			return s, nil
		}
		if start := new(StartError); !errors.As(err, &start) || !start.portTaken() || len(options.Ports) > 0 {
			return nil, err
		}
	}
	return nil, err
}

func startOnce(ctx context.Context, options Options) (_ *Stack, err error) {
	if options.StartTimeout == 0 {
		options.StartTimeout = 20 * time.Second
	}
	if options.Keys == nil {
		if options.Keys, err = NewKeys(); err != nil {
			return nil, err
		}
	}
	s := &Stack{
		Keys: options.Keys, options: options,
		services: map[string]*Service{}, calls: map[string]*fault.Link{}, tcp: map[string]*fault.TCPLink{},
		amqp: map[string]*fault.AMQPLink{},
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if options.TLS {
		if s.Certificates, err = newCertificates(); err != nil {
			return nil, err
		}
	}
	if options.Bins["wallet"] != "" {
		if err := s.openProvider(); err != nil {
			return nil, err
		}
	}
	names := slices.Sorted(maps.Keys(options.Bins))
	for _, name := range names {
		if _, err := s.add(name, name); err != nil {
			return nil, err
		}
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for _, name := range names {
		service := s.services[name]
		group.Go(func() error {
			environ, err := service.environ()
			if err != nil {
				return err
			}
			return service.start(groupCtx, environ, ready)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	s.connectClients()
	return s, nil
}

// add reserves the addresses of a service and opens nothing yet.
func (s *Stack) add(name, kind string) (*Service, error) {
	k, known := kindOf(kind)
	if !known {
		return nil, fmt.Errorf("no service is called %q", kind)
	}
	s.mu.Lock()
	service, err := newService(name, k, &s.options, &s.ports, s.Certificates.direct(k.name))
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	service.environ = func() ([]string, error) { return s.environ(service) }
	service.afterReady = func(ctx context.Context) { s.reconnect(ctx, service) }
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.New("the stack is closed")
	}
	s.services[name] = service
	s.order = append(s.order, name)
	return service, nil
}

// Service returns the handle of a service ("order", or "order-2" for a second one); nil if there is none.
func (s *Stack) Service(name string) *Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.services[name]
}

// Services returns all handles in the order in which they were added.
func (s *Stack) Services() []*Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Service, 0, len(s.order))
	for _, name := range s.order {
		all = append(all, s.services[name])
	}
	return all
}

// StartSecond starts one more replica of a service: same database and keys, its own address and its own links
// ("order-2->wallet"). No service calls it; the check does, through Service.Conn.
func (s *Stack) StartSecond(ctx context.Context, kind string, env map[string]string) (*Service, error) {
	name := ""
	for n := 2; ; n++ {
		if name = fmt.Sprintf("%s-%d", kind, n); s.Service(name) == nil {
			break
		}
	}
	service, err := s.add(name, kind)
	if err != nil {
		return nil, err
	}
	service.override(env)
	environ, err := service.environ()
	if err != nil {
		return nil, err
	}
	return service, service.start(ctx, environ, ready)
}

// Close kills every service and closes every link. Logs stay readable.
func (s *Stack) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	services, calls, tcp, amqp := maps.Clone(s.services), maps.Clone(s.calls), maps.Clone(s.tcp), maps.Clone(s.amqp)
	s.mu.Unlock()
	var wait sync.WaitGroup
	for _, service := range services {
		wait.Go(service.close)
	}
	wait.Wait()
	for _, link := range calls {
		link.Close()
	}
	for _, link := range tcp {
		link.Close()
	}
	for _, link := range amqp {
		link.Close()
	}
	if s.Provider != nil {
		s.Provider.Close()
	}
	s.Certificates.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ports.giveBack()
}
