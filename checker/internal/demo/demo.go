// Package demo shows a stage at work: its services with traffic, and commands to try.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"shop/platform/objectstoretest"
	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/stack"
)

// Options say what `run STAGE` shows.
type Options struct {
	// Root is the repository, Dir the stage's directory in it or a learner's workspace.
	Root, Dir string
	// Out takes plain lines: progress, how to try it, a line on the traffic now and then, and the logs if ShowLogs. May be nil.
	Out      io.Writer
	ShowLogs bool
	// OnLog takes every log line of the services, from many goroutines; may be nil.
	OnLog func(stack.Line)
	// Rate is requests per second of the demo traffic, 2 if zero; negative means none. Seed makes it repeatable.
	Rate float64
	Seed uint64
	// Env is added to every service.
	Env map[string]string
}

// Demo is a running stage with traffic on it.
type Demo struct {
	// Stack is the running system; its services' Logs hold what they wrote.
	Stack *stack.Stack
	// Infra tells the servers and their versions in one line.
	Infra string
	// URLs are "name address" pairs, Curl are commands that work as they stand.
	URLs [][2]string
	Curl []string
	// Report is a command that reads the file which the job of Curl has written.
	Report string
	// Faults is a command that lets the next charge at the payment provider go wrong.
	Faults string
	// Follow is a command that buys something and follows the purchase until Ctrl-C; empty where a purchase is finished at once.
	Follow string
	// GRPC is a command that calls a service directly, with the certificate of an operator; empty where services have none.
	GRPC string
	// User is the demo customer, Token is for that user.
	User, Token string

	options Options
	out     *lockedWriter
	shop    *stack.Shop // what the traffic goes to
	servers *infra.Servers
	lease   *infra.Lease
	store   *objectstoretest.Server
	stop    context.CancelFunc
	traffic sync.WaitGroup
	counts  tally
}

// stablePorts are tried first, so that a URL noted yesterday works today.
var stablePorts = map[string]int{"gateway": 8080, "order": 9001, "inventory": 9002, "wallet": 9003, "provider": 8090}

// Run shows a stage until the context ends and then stops everything in order. That the context ended is no error.
func Run(ctx context.Context, options Options) error {
	demo, err := Start(ctx, options)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer demo.Close()
	for _, line := range demo.Intro() {
		demo.out.line(line)
	}
	return demo.watch(ctx)
}

// Start builds the stage, leases databases, starts the services, fills shelves and wallets and starts the traffic.
// The caller closes the demo. Errors are a *build.Error, a *stack.StartError, an *infra.Fault, an *infra.MigrationError or the
// context's.
func Start(ctx context.Context, options Options) (_ *Demo, err error) {
	if options.Rate == 0 {
		options.Rate = 2
	}
	d := &Demo{options: options, out: &lockedWriter{w: options.Out}, stop: func() {}}
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	names := present(options.Dir)
	if len(names) == 0 {
		return nil, fmt.Errorf("no service in %s: expected order/cmd/order and its like", options.Dir)
	}
	d.out.line("building " + strings.Join(names, ", ") + " (the first time takes about a minute)")
	bins, err := build.Services(ctx, options.Dir, names, filepath.Join(options.Root, ".stagecraft", "build"))
	if err != nil {
		return nil, err
	}
	if err := d.leaseServers(ctx, names); err != nil {
		return nil, err
	}
	store, jobs, err := stack.OpenObjectStore()
	d.store = store
	if err != nil {
		return nil, err
	}
	if err := d.sellYesterday(ctx); err != nil {
		return nil, err
	}
	d.Stack, err = stack.Start(ctx, stack.Options{
		Bins: bins, Databases: d.lease.Databases, RedisURL: d.lease.RedisURL, AMQPURL: d.lease.AMQPURL,
		TLS: stack.Secured(options.Dir), Direct: true, Ports: freeOf(stablePorts), OnLog: d.log,
		Env: options.Env, ServiceEnv: map[string]map[string]string{"order": jobs},
		OTLPEndpoint: os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"),
	})
	if err != nil {
		return nil, err
	}
	d.shop = d.Stack.Shop
	d.describe()
	d.describeReports()
	d.describeProvider()
	d.describeGRPC()
	return d, d.open(ctx)
}

// open fills shelves and wallets and starts the traffic.
func (d *Demo) open(ctx context.Context) error {
	if err := d.seed(ctx); err != nil {
		return err
	}
	if d.options.Rate > 0 {
		trafficCtx, stop := context.WithCancel(context.Background())
		d.stop = stop
		d.traffic.Go(func() {
			load.Run(trafficCtx, load.Plan{Rate: d.options.Rate, Seed: d.options.Seed, MostInFlight: 8, Do: d.shopper})
		})
	}
	return nil
}

// Intro is what to show first: where things are and what to try.
func (d *Demo) Intro() []string {
	lines := []string{d.Infra, ""}
	for _, pair := range d.URLs {
		lines = append(lines, fmt.Sprintf("  %-10s %s", pair[0], pair[1]))
	}
	lines = append(lines, "", "Try it (each line works as it stands):", "")
	lines = append(append(lines, d.Curl...), d.Report)
	if d.Follow != "" {
		lines = append(lines, "", "Buy something and see the order change:", "", d.Follow)
	}
	if d.GRPC != "" {
		lines = append(lines, "", "Call a service directly, with the certificate of an operator:", "", d.GRPC)
	}
	if d.Faults != "" {
		lines = append(lines, "", "The next card is charged and the answer is lost (then top up, twice with the same key):", "", d.Faults)
	}
	return append(lines, "", "Ctrl-C stops everything.")
}

// Traffic says in one line what the demo traffic has done so far.
func (d *Demo) Traffic() string { return d.counts.String() }

// Close stops traffic and services, in this order, and gives the databases back.
func (d *Demo) Close() {
	d.stop()
	d.traffic.Wait()
	if d.Stack != nil {
		d.Stack.ShutDown(5 * time.Second)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if d.store != nil {
		_ = d.store.Stop()
	}
	if d.lease != nil {
		_ = d.lease.Close(ctx)
	}
	if d.servers != nil {
		d.servers.Close()
	}
}

func (d *Demo) leaseServers(ctx context.Context, names []string) error {
	brokered := stack.Brokered(d.options.Dir, names)
	spec := infra.LeaseSpec{Redis: true, Vhost: brokered}
	for _, name := range names {
		migrations := filepath.Join(d.options.Dir, name, "db", "migrations")
		if database := stack.Database(name); database != "" {
			spec.Databases = append(spec.Databases, infra.DatabaseSpec{Name: database, Migrations: os.DirFS(migrations)})
		}
	}
	var err error
	if d.servers, err = infra.Ensure(ctx, d.options.Root, infra.Need{Postgres: true, Redis: true, RabbitMQ: brokered}, d.out.line); err != nil {
		return err
	}
	d.Infra = d.servers.Line
	d.lease, err = d.servers.Lease(ctx, spec)
	return err
}

// watch tells about the traffic until the context ends or a service does.
func (d *Demo) watch(ctx context.Context) error {
	ended := make(chan *stack.Service, len(d.Stack.Services()))
	for _, service := range d.Stack.Services() {
		go func() { <-service.Exited(); ended <- service }()
	}
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			d.out.line("stopping")
			return nil
		case service := <-ended:
			exit, _ := service.Exit()
			return &stack.StartError{Service: service.Name, Reason: exit.String() + " while it served", Lines: service.Logs().Tail(20)}
		case <-tick.C:
			d.out.line("traffic: " + d.Traffic())
		}
	}
}

func (d *Demo) log(line stack.Line) {
	if d.options.ShowLogs {
		d.out.line(fmt.Sprintf("%-9s | %s", line.Service, line.Raw))
	}
	if d.options.OnLog != nil {
		d.options.OnLog(line)
	}
}

func present(dir string) []string {
	var names []string
	for _, name := range stack.Names() {
		if info, err := os.Stat(filepath.Join(dir, name, "cmd", name)); err == nil && info.IsDir() {
			names = append(names, name)
		}
	}
	return names
}

func freeOf(ports map[string]int) map[string]int {
	free := map[string]int{}
	for name, port := range ports {
		if listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			_ = listener.Close()
			free[name] = port
		}
	}
	return free
}

// errNoGateway says that a demo needs the gateway.
var errNoGateway = errors.New("the stage has no gateway to send traffic to")
