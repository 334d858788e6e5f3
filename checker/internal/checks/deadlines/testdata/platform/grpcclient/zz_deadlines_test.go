package grpcclient

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func TestZZDeadlinesCall(t *testing.T) {
	zzdIn(t, zzdOverhead, zzdShare(zzdGet), zzdNoTime(zzdGet), zzdPassedOn(zzdGet), zzdFrozen(zzdGet), zzdGone(zzdGet), zzdReleased(zzdGet))
	zzdIn(t, 0, zzdNoOverhead(zzdGet))
	zzdIn(t, 2*time.Second, zzdLargeOverhead(zzdGet))
}

func TestZZDeadlinesStream(t *testing.T) {
	zzdIn(t, zzdOverhead, zzdAlive, zzdShare(zzdWatch), zzdNoTime(zzdWatch), zzdPassedOn(zzdWatch), zzdFrozen(zzdWatch), zzdGone(zzdWatch), zzdReleased(zzdWatch),
		zzdBroken, zzdNotOpened)
	zzdIn(t, 0, zzdNoOverhead(zzdWatch))
	zzdIn(t, 2*time.Second, zzdLargeOverhead(zzdWatch))
}

func zzdWhat(method string) string {
	if method == zzdGet {
		return "a unary call"
	}
	return "a stream"
}

// zzdGets judges how much time the called service has when its caller has this much.
func zzdGets(t *testing.T, s *zzdShop, id, method, overhead string, has, gets time.Duration, why string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), has)
	defer cancel()
	s.left = "it was not called"
	err := s.call(ctx, method)
	if s.left != gets.String() {
		zzdFail(t, zzdFailure{id, fmt.Sprintf("%s with an overhead of %s, by a caller that has %v left", zzdWhat(method), overhead, has),
			"the called service has " + gets.String(), fmt.Sprintf("%s (the error of the call: %v)", s.left, err), why})
	}
	if err != nil {
		zzdFail(t, zzdFailure{id, fmt.Sprintf("%s that is answered at once fails", zzdWhat(method)), "no error", err.Error(), why})
	}
}

func zzdShare(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		const why = "when both time out at the same moment, the answer of the called service comes too late for its caller to say what happened"
		zzdGets(t, s, "share", method, "500ms", 10*time.Second, 9500*time.Millisecond, why)
		zzdGets(t, s, "share", method, "500ms", 2*time.Second, 1500*time.Millisecond, why)
		const half = "a deadline that is over before the call begins makes every short request fail, also when all services are fast"
		zzdGets(t, s, "half", method, "500ms", 800*time.Millisecond, 400*time.Millisecond, half)
		zzdGets(t, s, "half", method, "500ms", 500*time.Millisecond, 250*time.Millisecond, half)
		zzdGets(t, s, "half", method, "500ms", 100*time.Millisecond, 50*time.Millisecond, half)
		// What is left counts, not what there was at the beginning.
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		time.Sleep(9400 * time.Millisecond)
		if err := s.call(ctx, method); s.left != "300ms" {
			zzdFail(t, zzdFailure{"half", zzdWhat(method) + " in the last 600ms of a caller that had 10s", "the called service has 300ms",
				fmt.Sprintf("%s (the error of the call: %v)", s.left, err), half})
		}
	}
}

func zzdNoOverhead(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		zzdGets(t, s, "overhead", method, "0", 10*time.Second, 10*time.Second, "the overhead is a setting: DEADLINE_OVERHEAD")
	}
}

func zzdLargeOverhead(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		zzdGets(t, s, "overhead", method, "2s", 10*time.Second, 8*time.Second, "the overhead is a setting: DEADLINE_OVERHEAD")
	}
}

// zzdNoTime judges callers without a deadline, and with one that is over.
func zzdNoTime(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		if err := s.call(t.Context(), method); err != nil || s.left != "no deadline" {
			zzdFail(t, zzdFailure{"none", zzdWhat(method) + " by a caller without a deadline", "no error, no deadline", fmt.Sprintf("%v, %s", err, s.left),
				"the client knows no bound that fits every call: a server sets one for calls that come without"})
		}
		calls := s.calls
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(2 * time.Second)
		err := s.call(ctx, method)
		synctest.Wait()
		if status.Code(err) != codes.DeadlineExceeded && !errors.Is(err, context.DeadlineExceeded) || s.calls != calls {
			zzdFail(t, zzdFailure{"over", zzdWhat(method) + " by a caller whose deadline was 1s ago", "DeadlineExceeded, and no call", fmt.Sprintf("%v, %d calls", err, s.calls-calls),
				"no one waits for the answer any more: the work would be done for nothing"})
		}
	}
}

// zzdPassedOn judges what the interceptor is not to change.
func zzdPassedOn(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		s.do = func(ctx context.Context, _ func() error) error {
			_ = grpc.SetHeader(ctx, metadata.Pairs("zz-answer", "tea"))
			return status.Error(codes.NotFound, "no tea")
		}
		for _, has := range []time.Duration{0, 10 * time.Second} {
			ctx := metadata.AppendToOutgoingContext(t.Context(), "zz-call", "7")
			if has > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, has)
				defer cancel()
			}
			var header metadata.MD
			err := s.call(ctx, method, grpc.Header(&header))
			if fmt.Sprint(s.header) != "[7]" || fmt.Sprint(header.Get("zz-answer")) != "[tea]" || status.Code(err) != codes.NotFound {
				zzdFail(t, zzdFailure{"passed-on", zzdWhat(method) + " with a header and an option that the service answers with NotFound",
					"the header [7] arrives, the option grpc.Header gets [tea], and the error is NotFound",
					fmt.Sprintf("%v, %v, %v", s.header, header.Get("zz-answer"), err), "the interceptor changes the deadline and nothing else"})
			}
		}
	}
}

// zzdFrozen judges a service that takes calls and does not answer.
func zzdFrozen(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		s.do = zzdFreeze
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := s.call(ctx, method)
		if took := time.Since(begin); status.Code(err) != codes.DeadlineExceeded || took != 9500*time.Millisecond || ctx.Err() != nil {
			zzdFail(t, zzdFailure{"frozen", zzdWhat(method) + " of a frozen service, by a caller that has 10s left", "DeadlineExceeded after 9.5s: 500ms are left to answer",
				fmt.Sprintf("%v after %v, %s left", err, took, zzdLeft(ctx)), "a caller without time can only hang up: what it has done so far is not undone, and its own caller gets no reason"})
		}
		synctest.Wait()
		if s.ended == nil {
			zzdFail(t, zzdFailure{"frozen", "the called service goes on after the deadline of " + zzdWhat(method), "the context of its handler has ended", "it has not",
				"it holds a goroutine, a connection and row locks for an answer that is not awaited any more"})
		}
	}
}

// zzdGone judges a caller that hangs up.
func zzdGone(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		s.do = zzdFreeze
		for _, has := range []time.Duration{0, 10 * time.Second} {
			s.ended = nil
			begin := time.Now()
			ctx, hangUp := context.WithCancel(t.Context())
			defer hangUp()
			time.AfterFunc(time.Second, hangUp)
			if has > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, has)
				defer cancel()
			}
			err := s.call(ctx, method)
			took := time.Since(begin)
			synctest.Wait()
			if status.Code(err) != codes.Canceled || took != time.Second || !errors.Is(s.ended, context.Canceled) {
				zzdFail(t, zzdFailure{"gone", zzdWhat(method) + " whose caller hangs up after 1s", "Canceled after 1s, and the context of the handler has ended",
					fmt.Sprintf("%v after %v; the context of the handler: %v", err, took, s.ended), "the called service works for a caller that is gone"})
			}
		}
	}
}

// zzdReleased judges that nothing of a call is left when it has ended.
func zzdReleased(method string) func(*testing.T, *zzdShop) {
	return func(t *testing.T, s *zzdShop) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for _, want := range []error{nil, status.Error(codes.NotFound, "no tea")} {
			s.do = func(context.Context, func() error) error { return want }
			_ = s.call(ctx, method)
			zzdEnded(t, s, zzdWhat(method)+" has ended")
		}
	}
}

func zzdEnded(t *testing.T, s *zzdShop, what string) {
	t.Helper()
	synctest.Wait()
	if s.inner.Err() == nil {
		zzdFail(t, zzdFailure{"released", what + ", and the context that the interceptor made for it has not", "an ended context",
			"its timer runs on: " + zzdLeft(s.inner), "a service that makes 1000 calls per second keeps 10000 contexts with their timers in memory"})
	}
}

// zzdAlive judges a stream that is read long after it was opened.
func zzdAlive(t *testing.T, s *zzdShop) {
	s.do = func(_ context.Context, send func() error) error {
		for range 4 {
			if err := send(); err != nil {
				return err
			}
			time.Sleep(2 * time.Second)
		}
		return nil
	}
	for _, has := range []time.Duration{0, 10 * time.Second} {
		ctx, cancel := t.Context(), context.CancelFunc(func() {})
		if has > 0 {
			ctx, cancel = context.WithTimeout(ctx, has)
		}
		var messages int
		stream, err := s.watch(ctx)
		if err == nil {
			time.Sleep(time.Second)
			messages, err = zzdRead(stream)
		}
		if err != nil || messages != 4 {
			zzdFail(t, zzdFailure{"alive", "a stream of 4 messages in 8s, within a deadline of 10s", "4 messages, no error", fmt.Sprintf("%d messages, %v", messages, err),
				"a stream is opened by one call and lives on: its context must not end when the interceptor returns"})
		}
		cancel()
	}
}

// zzdBroken judges a stream that its client ends.
func zzdBroken(t *testing.T, s *zzdShop) {
	s.do = func(ctx context.Context, send func() error) error {
		_ = send()
		return zzdFreeze(ctx, send)
	}
	root, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ctx, hangUp := context.WithCancel(root)
	stream, err := s.watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	hangUp()
	_, _ = zzdRead(stream)
	zzdEnded(t, s, "a stream that its client has canceled has ended")
}

// zzdNotOpened judges a stream that cannot be opened.
func zzdNotOpened(t *testing.T, s *zzdShop) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	broken := errors.New("no token")
	stream, err := subtractOverheadStream(zzdOverhead)(ctx, &grpc.StreamDesc{ServerStreams: true}, s.conn, zzdWatch, func(
		ctx context.Context, _ *grpc.StreamDesc, _ *grpc.ClientConn, _ string, _ ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		s.inner = ctx
		return nil, broken
	})
	if !errors.Is(err, broken) || stream != nil {
		zzdFail(t, zzdFailure{"not-opened", "a stream that cannot be opened", "no stream, and the error", fmt.Sprintf("%v, %v", stream, err),
			"the caller reads from a stream that does not exist"})
	}
	zzdEnded(t, s, "a stream could not be opened")
}
