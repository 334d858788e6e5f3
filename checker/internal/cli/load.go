package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/demo"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/load/traffic"
)

// loadFlags are the settings of a load test.
type loadFlags struct {
	rate, from, most   float64
	findKnee           bool
	duration, warmUp   time.Duration
	p99, patience, lag time.Duration
	errors             float64
	inFlight           int
	seed               uint64
	mix                map[string]int
	env                map[string]string
	target, out        string
	customer, admin    string
	buyers             int
	precision          float64
}

func (a *app) loadCommand() *cobra.Command {
	f := loadFlags{}
	c := &cobra.Command{
		Use: "load [STAGE]", Short: "Load a stage at constant rates, and find the highest that it holds", Args: cobra.MaximumNArgs(1),
		Long: "Load sends requests on schedule, whether or not earlier ones have been answered, and measures from the time at which each was due.\n" +
			"The knee is the highest rate at which p99 and errors hold their goals. docs/load-report.md describes the reports.",
		Example: "  go run ./checker load stage3\n  go run ./checker load stage3 --rate 100 --duration 30s\n" +
			"  go run ./checker load --target http://127.0.0.1:8080",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.load(cmd.Context(), cmd.OutOrStdout(), args, f)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.findKnee, "find-knee", true, "search the knee; --rate measures that rate alone")
	flags.Float64Var(&f.rate, "rate", 0, "requests per second, instead of a search")
	flags.DurationVar(&f.duration, "duration", 5*time.Second, "how long each rate is measured")
	flags.DurationVar(&f.warmUp, "warm-up", time.Second, "how long each rate is sent before that")
	flags.Float64Var(&f.from, "from", 20, "the first rate of a search")
	flags.Float64Var(&f.most, "max", 5000, "the highest rate of a search")
	flags.Float64Var(&f.precision, "precision", 0.1, "the search ends when the knee is known as exactly as this share")
	flags.DurationVar(&f.p99, "p99", 500*time.Millisecond, "goal: the longest 99th percentile")
	flags.Float64Var(&f.errors, "errors", 0.01, "goal: the largest share of requests that are not answered well")
	flags.DurationVar(&f.patience, "patience", 2*time.Second, "how long a client waits; a later answer is worth nothing")
	flags.DurationVar(&f.lag, "max-lag", 50*time.Millisecond, "p99 of the delay with which requests are sent; beyond it the generator is the bottleneck")
	flags.IntVar(&f.inFlight, "max-in-flight", 5000, "requests in flight; those that are due beyond it are not sent and count as errors")
	flags.Uint64Var(&f.seed, "seed", 1, "makes the same requests in the same order")
	flags.StringToIntVar(&f.mix, "mix", traffic.Default(), "weights of the operations")
	flags.StringToStringVar(&f.env, "env", nil, "environment of the services, NAME=VALUE")
	flags.IntVar(&f.buyers, "buyers", 50, "how many customers")
	flags.StringVar(&f.target, "target", "", "the address of a shop that runs already, instead of STAGE")
	flags.StringVar(&f.customer, "customer", "customer:customer", "who buys at --target, name:password")
	flags.StringVar(&f.admin, "admin", "admin:admin", "name:password of the admin who adds the stock at --target; empty adds none")
	flags.StringVar(&f.out, "out", "", "directory of report.json and report.svg (default .stagecraft/load/<time>)")
	return c
}

func (f loadFlags) validate(args []string) error {
	switch {
	case (f.target == "") == (len(args) == 0):
		return errors.New("name a stage to start or a shop that runs: `load stage3` or `load --target URL`")
	case f.rate < 0 || f.from <= 0 || f.most < f.from || math.IsInf(f.most, 0) || f.precision <= 0 || f.precision >= 1:
		return errors.New("rates must be positive, --max not below --from, and --precision between 0 and 1")
	case f.duration <= 0 || f.warmUp < 0 || f.p99 <= 0 || f.patience < f.p99 || f.lag <= 0:
		return errors.New("durations must be positive, and --patience not below --p99")
	case f.inFlight < 1 || f.buyers < 1 || f.errors < 0:
		return errors.New("--max-in-flight and --buyers must be at least 1, --errors at least 0")
	case f.rate == 0 && !f.findKnee:
		return errors.New("without a search there must be a --rate")
	}
	return traffic.Mix(f.mix).Validate()
}

func (a *app) load(ctx context.Context, out io.Writer, args []string, f loadFlags) error {
	if err := f.validate(args); err != nil {
		return err
	}
	s, err := a.studio()
	if err != nil {
		return err
	}
	shop, target, closeShop, err := a.loadTarget(ctx, out, s, args, f)
	if err != nil {
		return err
	}
	defer closeShop()
	if err := shop.Seed(ctx); err != nil {
		return fmt.Errorf("prepare the shop: %w", err)
	}
	goals := load.Goals{P99: f.p99, Errors: f.errors, Patience: f.patience, Lag: f.lag}
	report := load.Report{
		Schema: load.Schema, Target: target, Started: time.Now().UTC(), Seed: f.seed, Mix: f.mix, Env: f.env, Goals: goals.Report(),
		Notes: []string{},
	}
	fmt.Fprintln(out)
	load.WriteHeader(out)
	constant := load.Constant{WarmUp: f.warmUp, Duration: f.duration, MaxInFlight: f.inFlight, Seed: f.seed, Goals: goals, Do: shop.Do}
	measure := func(ctx context.Context, rate float64) load.Step {
		constant.Rate = rate
		return load.Measure(ctx, constant)
	}
	onStep := func(step load.Step) { load.WriteRow(out, step) }
	if f.rate > 0 {
		report.Steps = []load.Step{measure(ctx, f.rate)}
		onStep(report.Steps[0])
	} else {
		report.Knee, report.Steps = load.FindKnee(ctx, load.Search{
			Start: f.from, Max: f.most, Precision: f.precision, Beyond: []float64{1.5, 2}, Measure: measure, OnStep: onStep,
			Settle: func(ctx context.Context) { shop.Settle(ctx, f.p99/2, 5*f.patience) },
		})
	}
	report.AddNotes()
	report.WriteSummary(out)
	return a.keepLoadReport(out, s, report, f.out)
}

// loadTarget starts a stage, or logs in at a shop that runs.
func (a *app) loadTarget(ctx context.Context, out io.Writer, s *studio, args []string, f loadFlags) (*traffic.Traffic, string, func(), error) {
	options := traffic.Options{Mix: f.mix, Connections: f.inFlight}
	if f.target != "" {
		options.Base = strings.TrimSuffix(f.target, "/")
		name, password, _ := strings.Cut(f.customer, ":")
		buyer, err := traffic.Login(ctx, options.Base, name, password)
		if err != nil {
			return nil, "", nil, err
		}
		options.Buyers = []traffic.Buyer{buyer}
		if name, password, found := strings.Cut(f.admin, ":"); found {
			admin, err := traffic.Login(ctx, options.Base, name, password)
			if err != nil {
				return nil, "", nil, err
			}
			options.Admin = admin.Token
		}
		return traffic.New(options), options.Base, func() {}, nil
	}
	dir, err := s.runnable(args, false)
	if err != nil {
		return nil, "", nil, err
	}
	// A fixed limit of requests is no property of the shop, and the lines of every request would cost the generator time.
	env := map[string]string{"RATE_LIMIT_RPS": "0", "GRPC_RATE_LIMIT": "100000", "GRPC_RATE_BURST": "100000", "LOG_LEVEL": "error"}
	for name, value := range f.env {
		env[name] = value
	}
	running, err := demo.Start(ctx, demo.Options{Root: s.root, Dir: dir, Rate: -1, Out: out, Env: env})
	if err != nil {
		return nil, "", nil, err
	}
	options.Base, options.Admin = running.Stack.Gateway, running.Stack.Keys.Admin()
	options.Buyers = traffic.Buyers(running.Stack.Keys, f.buyers)
	return traffic.New(options), filepath.Base(dir), running.Close, nil
}

func (a *app) keepLoadReport(out io.Writer, s *studio, report load.Report, dir string) error {
	if dir == "" {
		dir = filepath.Join(s.root, ".stagecraft", "load", report.Started.Format("20060102-150405"))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("keep the load report: %w", err)
	}
	for name, write := range map[string]func(io.Writer) error{"report.json": report.WriteJSON, "report.svg": report.WriteSVG} {
		var text strings.Builder
		if err := write(&text); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text.String()), 0o644); err != nil {
			return fmt.Errorf("keep the load report: %w", err)
		}
	}
	fmt.Fprintf(out, "\nReports: %s, %s\n", s.relative(filepath.Join(dir, "report.json")), s.relative(filepath.Join(dir, "report.svg")))
	return nil
}
