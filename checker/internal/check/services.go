package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/check/timeline"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

// Stack starts the services that the check Needs on its own lease and waits until they serve. What opt leaves empty is
// filled in: binaries, databases, log files, traces, the timeline. Everything is stopped after the check.
// A service that does not come up is the learner's failure.
func (t *T) Stack(opt stack.Options) *stack.Stack {
	t.complete(&opt)
	done := t.WaitingOn("the services start")
	s, err := stack.Start(t.ctx, opt)
	if start := (*stack.StartError)(nil); errors.As(err, &start) {
		t.OnFailLogs(func() []LogLine { return t.lines(start.Lines) })
		t.Fail(Failure{
			Sentence: start.Service + " did not come up: " + start.Reason,
			Expected: start.Service + " serves within its start time",
			Seen:     lastWords(start.Service, start.Reason, start.Lines),
			Crashed:  true,
			Hung:     strings.HasPrefix(start.Reason, "did not serve"),
		})
	}
	if err != nil && t.ctx.Err() == nil {
		t.Ours("start the services", err)
	}
	t.NoError("the start of the services", err)
	done()
	t.Cleanup(func(context.Context) { s.Close() })
	t.calls = append(t.calls,
		func() []timeline.Event { return t.callsOf(s) },
		func() []timeline.Event { return t.messagesOf(s) })
	t.OnFailDeaths(func() (string, bool) { return firstDead(s) })
	t.OnFailLogs(func() []LogLine {
		var all []stack.Line
		for _, service := range s.Services() {
			all = append(all, service.Logs().All()...)
			t.served = append(t.served, service.Name)
		}
		return t.lines(telling(all, t.concerned(), t.failedSince()))
	})
	return s
}

// firstDead names the first service that ended without being stopped by the check, with its last words.
func firstDead(s *stack.Stack) (seen string, dead bool) {
	for _, service := range s.Services() {
		if exit, dead := service.Crashed(); dead {
			return lastWords(service.Name, exit.String(), service.Logs().All()), true
		}
	}
	return "", false
}

// Spans receives the traces of the services that Stack starts.
func (t *T) Spans() *telemetry.Receiver {
	t.proceed()
	t.spansOnce.Do(func() {
		receiver, err := telemetry.Listen("127.0.0.1:0")
		t.Ours("listen for traces", err)
		t.spans = receiver
		t.Cleanup(func(context.Context) {
			receiver.Close()
			t.keepSpans(receiver.Spans(nil))
		})
	})
	t.proceed()
	return t.spans
}

func (t *T) complete(opt *stack.Options) {
	if opt.Bins == nil {
		opt.Bins = map[string]string{}
		for _, service := range t.check.Needs.Services {
			opt.Bins[service] = t.env.Bins[service]
		}
	}
	if t.check.Needs.Servers() {
		lease := t.Lease()
		if opt.Databases == nil {
			opt.Databases = maps.Clone(lease.Databases)
		}
		if opt.RedisURL == "" {
			opt.RedisURL = lease.RedisURL
		}
		if opt.AMQPURL == "" && stack.Brokered(t.env.Dir, t.check.Needs.Services) {
			opt.AMQPURL = lease.AMQPURL
		}
	}
	opt.TLS = opt.TLS || stack.Secured(t.env.Dir)
	if opt.LogDir == "" {
		opt.LogDir = t.env.Keep
	}
	if opt.OTLPEndpoint == "" {
		opt.OTLPEndpoint = t.Spans().Endpoint()
	}
	env := map[string]string{"OTEL_BSP_SCHEDULE_DELAY": "200"} // ms; the default outlives most checks
	maps.Copy(env, opt.Env)
	opt.Env = env
	if opt.OnEvent == nil {
		opt.OnEvent = t.FaultSink()
	}
	opt.Recorder = drawing{t, opt.Recorder}
}

// drawing puts every request on the timeline before it hands it on.
type drawing struct {
	t    *T
	next stack.Recorder
}

func (d drawing) Record(op stack.Op) {
	if d.next != nil {
		d.next.Record(op)
	}
	if op.Input == nil && !op.Uncertain() && d.t.polling.Load() > 0 {
		return // the same question over and over
	}
	label, detail := op.Kind, ""
	switch {
	case op.Err != nil:
		detail = op.Err.Error()
	case op.Status > 0:
		detail = strings.TrimSpace(fmt.Sprintf("%d %s", op.Status, http.StatusText(op.Status)))
	}
	d.t.rec.Requested("client", label, detail, op.Begin, op.End, op.Uncertain())
}

func (t *T) keepSpans(spans []telemetry.Span) {
	if t.env.Keep == "" || len(spans) == 0 {
		return
	}
	data, err := json.Marshal(spans)
	if err != nil || os.MkdirAll(t.env.Keep, 0o755) != nil {
		return
	}
	_ = os.WriteFile(filepath.Join(t.env.Keep, "spans.json"), data, 0o644)
}
