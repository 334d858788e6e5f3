package rest

import (
	"context"
	"sync"

	"shop/gateway/internal/config"
	"shop/platform/errs"
)

// Streams are the open event streams. They never end by themselves, so they are limited, and a stop of the server ends them.
type Streams struct {
	cfg    config.Events
	ctx    context.Context
	cancel context.CancelFunc

	mu   sync.Mutex
	open map[string]int
}

// NewStreams returns Streams of which none is open.
func NewStreams(cfg config.Config) *Streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &Streams{cfg: cfg.Events, ctx: ctx, cancel: cancel, open: make(map[string]int)}
}

// Close ends all streams.
func (s *Streams) Close() { s.cancel() }

// begin returns a context that ends with ctx, after the longest duration of a stream, and at Close. The user may have only so many streams,
// and none begins after Close.
func (s *Streams) begin(ctx context.Context, user string) (context.Context, func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.unlessClosed(nil); err != nil {
		return nil, nil, err
	}
	if s.open[user] >= s.cfg.MaxPerUser {
		return nil, nil, errs.New(errs.RateLimited, "TOO_MANY_STREAMS", "at most %d event streams at a time", s.cfg.MaxPerUser)
	}
	s.open[user]++
	ctx, cancel := context.WithTimeout(ctx, s.cfg.MaxDuration)
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() {
		stop()
		cancel()
		s.end(user)
	}, nil
}

// unlessClosed returns err, or after Close that the client should try again.
func (s *Streams) unlessClosed(err error) error {
	if s.ctx.Err() == nil {
		return err
	}
	return errs.Wrap(err, errs.Unavailable, "SHUTTING_DOWN", "this server is stopping, try again")
}

func (s *Streams) end(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[user]--; s.open[user] == 0 {
		delete(s.open, user)
	}
}
