package run

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
)

// prepared is what checks with services stand on; it becomes ready while checks that need nothing already run.
type prepared struct {
	runner   *runner
	cancel   context.CancelFunc
	built    chan struct{} // closed when bins and buildErr are set
	bins     map[string]string
	buildErr error
	up       chan struct{} // closed when servers and infraErr are set
	servers  check.Servers
	infraErr error
}

type ready struct {
	servers check.Servers
	bins    map[string]string
}

// prepare starts building services and servers side by side, as far as the checks need them.
func (r *runner) prepare(ctx context.Context, checks []check.Check) *prepared {
	ctx, cancel := context.WithCancel(ctx)
	p := &prepared{runner: r, cancel: cancel, built: make(chan struct{}), up: make(chan struct{})}
	var services []string
	var need check.Needs
	for _, c := range checks {
		services = append(services, c.Needs.Services...)
		need.Postgres = need.Postgres || c.Needs.Postgres
		need.Redis = need.Redis || c.Needs.Redis
		need.RabbitMQ = need.RabbitMQ || c.Needs.RabbitMQ
	}
	slices.Sort(services)
	services = slices.Compact(services)
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

// wait returns what the check stands on, or the result of a check that cannot run.
func (p *prepared) wait(ctx context.Context, c check.Check) (ready, *check.Result) {
	if len(c.Needs.Services) > 0 {
		select {
		case <-p.built:
		case <-ctx.Done():
		}
	}
	if c.Needs.Servers() {
		select {
		case <-p.up:
		case <-ctx.Done():
		}
	}
	bad := notRun(c, p.runner.plan.Seed, "interrupted")
	switch {
	case ctx.Err() != nil:
		return ready{}, &bad
	case len(c.Needs.Services) > 0 && p.buildErr != nil:
		notBuilt(&bad, p.buildErr)
		return ready{}, &bad
	case c.Needs.Servers() && p.infraErr != nil:
		bad.Verdict, bad.Fault = check.Unknown, p.infraErr.Error()
		return ready{}, &bad
	}
	return p.with(c), nil
}

func (p *prepared) with(c check.Check) ready {
	var r ready
	if c.Needs.Servers() {
		r.servers = p.servers
	}
	if len(c.Needs.Services) > 0 {
		r.bins = p.bins
	}
	return r
}

func (p *prepared) close() {
	p.cancel()
	<-p.built
	<-p.up
	if closer, ok := p.servers.(interface{ Close() }); ok {
		closer.Close()
	}
}

var place = regexp.MustCompile(`(?m)^(?:\./)?([^\s:]+\.go):(\d+)(?::\d+)?: (.*)$`)

// notBuilt blames the learner for a compile error and nobody for anything else.
func notBuilt(res *check.Result, err error) {
	var compile CompileError
	if !errors.As(err, &compile) {
		res.Verdict, res.Fault = check.Unknown, err.Error()
		return
	}
	res.Verdict, res.Fault = check.BuildError, ""
	res.Message = "your code does not compile"
	res.Expected = "the services build"
	res.Seen = strings.TrimSpace(compile.CompilerOutput())
	if m := place.FindStringSubmatch(res.Seen); m != nil {
		res.File, res.Message = m[1], "your code does not compile: "+m[3]
		res.Line, _ = strconv.Atoi(m[2])
	}
}
