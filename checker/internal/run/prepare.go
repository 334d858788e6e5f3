package run

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
)

// prepared is what checks with services stand on; it becomes ready while checks that need nothing already run.
type prepared struct {
	runner   *runner
	cancel   context.CancelFunc
	built    chan struct{} // closed when bins and buildErr are set
	bins     map[string]string
	buildErr error
	compiled chan struct{} // closed when the hidden tests are compiled, or not
	up       chan struct{} // closed when servers and infraErr are set
	servers  check.Servers
	infraErr error
}

// prepare starts building services and servers side by side, as far as the checks need them.
func (r *runner) prepare(ctx context.Context, checks []check.Check) *prepared {
	ctx, cancel := context.WithCancel(ctx)
	p := &prepared{runner: r, cancel: cancel, built: make(chan struct{}), up: make(chan struct{}), compiled: make(chan struct{})}
	var services []string
	var need check.Needs
	for _, c := range checks {
		services = append(services, c.Needs.Built()...)
		need.Postgres = need.Postgres || c.Needs.Postgres
		need.Redis = need.Redis || c.Needs.Redis
		need.RabbitMQ = need.RabbitMQ || c.Needs.RabbitMQ
	}
	slices.Sort(services)
	services = slices.Compact(services)
	go p.compile(ctx, checks)
	go p.build(ctx, services)
	go p.ensure(ctx, need)
	return p
}

func (p *prepared) build(ctx context.Context, services []string) {
	defer close(p.built)
	switch {
	case len(services) == 0:
		return
	case p.runner.plan.Backing == nil:
		p.buildErr = errors.New("this run cannot build services")
		return
	}
	what, began := strings.Join(services, ", "), time.Now()
	p.runner.emit(BuildStarted{What: what})
	p.bins, p.buildErr = p.runner.plan.Backing.Build(ctx, p.runner.plan.Dir, services)
	p.runner.emit(BuildFinished{What: what, Elapsed: time.Since(began), Err: p.buildErr})
}

// compile makes the binaries of the hidden tests, so that no check's time is spent on it.
func (p *prepared) compile(ctx context.Context, checks []check.Check) {
	defer close(p.compiled)
	tests, ok := p.runner.tests.(interface{ Compile(context.Context) })
	if !ok || !slices.ContainsFunc(checks, func(c check.Check) bool { return c.Tests != nil }) {
		return
	}
	const what = "your code with the hidden tests"
	began := time.Now()
	p.runner.emit(BuildStarted{What: what})
	tests.Compile(ctx)
	p.runner.emit(BuildFinished{What: what, Elapsed: time.Since(began)})
}

func (p *prepared) ensure(ctx context.Context, need check.Needs) {
	defer close(p.up)
	switch {
	case !need.Servers():
		return
	case p.runner.plan.Backing == nil:
		p.infraErr = errors.New("this run has no servers")
		return
	}
	p.servers, p.infraErr = p.runner.plan.Backing.Ensure(ctx, need, func(line string) { p.runner.emit(Said{Text: line}) })
	if p.infraErr == nil {
		if line, ok := p.servers.(interface{ Line() string }); ok {
			p.runner.emit(InfraReady{Line: line.Line()})
		}
	}
}

// missing returns the result of a check that cannot run, or nil.
func (p *prepared) missing(ctx context.Context, c check.Check) *check.Result {
	res := notRun(c, p.runner.plan.Seed, "interrupted")
	switch {
	case errors.Is(context.Cause(ctx), errHung):
		res.Fault = errHung.Error()
	case ctx.Err() != nil:
	case len(c.Needs.Built()) > 0 && p.buildErr != nil:
		notBuilt(&res, p.buildErr)
	case c.Needs.Servers() && p.infraErr != nil:
		res.Verdict, res.Fault = check.Unknown, p.infraErr.Error()
	default:
		return nil
	}
	return &res
}

func (p *prepared) close() {
	p.cancel()
	<-p.built
	<-p.up
	<-p.compiled
	if closer, ok := p.runner.tests.(interface{ Close() }); ok {
		closer.Close()
	}
	if closer, ok := p.servers.(interface{ Close() }); ok {
		closer.Close()
	}
}

// notBuilt reports a compile error as the learner's, and anything else as unknown.
func notBuilt(res *check.Result, err error) {
	var compile *build.Error
	if !errors.As(err, &compile) {
		res.Verdict, res.Fault = check.Unknown, err.Error()
		return
	}
	res.Verdict, res.Fault = check.BuildError, ""
	res.Failure = check.FailureID(res.CheckID, check.FailureCompile)
	res.Message = "your code does not compile"
	res.Expected = "the services build"
	res.Seen = strings.TrimSpace(compile.Output)
	if len(compile.Diagnostics) > 0 {
		first := compile.Diagnostics[0]
		res.File, res.Line, res.Message = first.File, first.Line, "your code does not compile: "+first.Msg
	}
}
