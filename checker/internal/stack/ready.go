package stack

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// StartError says that a service did not come up: the failure of the program that was started.
type StartError struct {
	Service string
	// Reason is what happened: "exited with code 2", "did not serve within 20s".
	Reason string
	// Lines are the last that it wrote.
	Lines []Line
}

func (e *StartError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s", e.Service, e.Reason)
	for _, line := range e.Lines {
		text.WriteString("\n    " + line.Raw)
	}
	return text.String()
}

func (e *StartError) portTaken() bool {
	for _, line := range e.Lines {
		if strings.Contains(line.Raw, "address already in use") {
			return true
		}
	}
	return false
}

// level is what the start of a service waits for.
type level struct {
	// service is the name that the health service is asked for, paths are those of HTTP. Older stages have /healthz alone.
	service string
	paths   []string
}

var (
	ready = level{service: "", paths: []string{"/readyz", "/healthz"}}
	alive = level{service: "liveness", paths: []string{"/livez", "/healthz"}}
)

// await returns when the service answers. A log line makes it look at once instead of at the next tick; that the
// line never comes is no fault, since logs are the learner's to change.
func (s *Service) await(ctx context.Context, want level, exited <-chan struct{}, first int) error {
	timeout := s.options.StartTimeout
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var why string
	for {
		answered := s.logs.changed()
		served, seen := s.serves(ctx, want)
		if served {
			return nil
		}
		why = seen
		select {
		case <-exited:
			exit, _ := s.Exit()
			return &StartError{Service: s.Name, Reason: exit.String() + " before it served", Lines: s.logs.since(first, 20)}
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", s.Name, context.Cause(ctx))
		case <-limit.C:
			return &StartError{
				Service: s.Name, Reason: fmt.Sprintf("did not serve within %s: %s", timeout, why), Lines: s.logs.since(first, 20),
			}
		case <-tick.C:
		case <-answered:
		}
	}
}

// serves asks the service whether it serves; when not, it says what it saw.
func (s *Service) serves(ctx context.Context, want level) (bool, string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return false, "nothing listens on " + s.Addr
	}
	_ = conn.Close()
	if s.kind.http {
		return s.servesHTTP(ctx, want.paths)
	}
	s.conn.ResetConnectBackoff()
	answer, err := healthpb.NewHealthClient(s.conn).Check(ctx, &healthpb.HealthCheckRequest{Service: want.service})
	switch status.Code(err) {
	case codes.OK:
		return answer.GetStatus() == healthpb.HealthCheckResponse_SERVING, "health says " + answer.GetStatus().String()
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return false, "health: " + status.Convert(err).Message()
	}
	return true, "" // it answers gRPC; a health service that is missing or guarded is for a check to judge
}

func (s *Service) servesHTTP(ctx context.Context, paths []string) (served bool, seen string) {
	for _, path := range paths {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Addr+path, nil)
		if err != nil {
			return false, err.Error()
		}
		answer, err := plainHTTP.Do(request)
		if err != nil {
			return false, "GET " + path + ": " + err.Error()
		}
		_ = answer.Body.Close()
		served, seen = answer.StatusCode < 500, "GET "+path+": "+answer.Status
		if answer.StatusCode != http.StatusNotFound {
			break
		}
	}
	return served, seen
}
