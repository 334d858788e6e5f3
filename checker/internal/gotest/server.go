package gotest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"stagecraft/checker/internal/proc"
	"stagecraft/checker/internal/stall"
)

// startLimit is how long the test process may take until it serves: init functions of the learner's code run in it.
const startLimit = 10 * time.Second

// server is a running test binary.
type server struct {
	process *proc.Process
	orders  *os.File
	answers chan string // closed when the process has closed its end
	output  *tail
	nonce   string
	ready   bool
}

// ended is how one test came to its end.
type ended struct {
	answered bool          // the process answered with the nonce
	outcome  string        // passed, failed, skipped or missing, if answered
	timeout  bool          // the limit was over first
	waited   time.Duration // the limit
	busy     bool          // the limit was over although the machine had not given that time
	started  bool          // the process had begun to serve
	output   string        // what was printed meanwhile
	state    *os.ProcessState
	elapsed  time.Duration
}

func startServer(dir, binary string) (*server, error) {
	ordersR, ordersW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer ordersR.Close()
	answersR, answersW, err := os.Pipe()
	if err != nil {
		ordersW.Close()
		return nil, err
	}
	defer answersW.Close()
	s := &server{orders: ordersW, answers: make(chan string, 16), output: &tail{}, nonce: rand.Text()}
	s.process, err = proc.Start(context.Background(), proc.Spec{
		Name:       "hidden tests",
		Path:       binary,
		Args:       []string{"-test.run=^TestStagecraftServe$", "-test.timeout=0", "-test.v", "-test.paniconexit0", "-test.count=1"},
		Env:        append(proc.PlainEnviron(), "GOTRACEBACK=all"),
		Dir:        dir,
		Stdout:     s.output,
		Stderr:     s.output,
		ExtraFiles: []*os.File{ordersR, answersW},
	})
	if err != nil {
		ordersW.Close()
		answersR.Close()
		return nil, err
	}
	go s.read(answersR)
	_, _ = fmt.Fprintln(s.orders, s.nonce)
	return s, nil
}

// read hands on the lines that carry the nonce; anything else on the pipe is not ours.
func (s *server) read(pipe io.ReadCloser) {
	defer close(s.answers)
	defer pipe.Close()
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if answer, ok := strings.CutPrefix(lines.Text(), s.nonce+" "); ok {
			s.answers <- answer
		}
	}
}

func (s *server) run(ctx context.Context, test string, seed uint64, limit time.Duration) ended {
	if !s.ready {
		if e := s.await(ctx, startLimit); e.outcome != "ready" {
			e.answered = false
			return e
		}
		s.ready = true
	}
	s.output.take()
	_, _ = fmt.Fprintf(s.orders, "%s %d\n", test, seed)
	e := s.await(ctx, limit)
	e.started = true
	if e.answered {
		s.output.waitFor(s.nonce, 200*time.Millisecond)
	}
	e.output = strings.ReplaceAll(s.output.take(), "\n"+s.nonce+"\n", "\n")
	return e
}

// errLimit is the cause of a context whose test has had its time.
var errLimit = errors.New("the test's time is over")

// await waits for an answer, at most for limit in time that the machine gave.
func (s *server) await(ctx context.Context, limit time.Duration) ended {
	probe := stall.Start()
	defer probe.Stop()
	limited, cancel := probe.Context(ctx, limit, errLimit)
	defer cancel()
	began := time.Now()
	e := ended{}
	select {
	case answer, ok := <-s.answers:
		e.outcome, e.answered = answer, ok
	case <-limited.Done():
		if ctx.Err() != nil {
			s.process.KillTree()
			break
		}
		e.timeout, e.busy, e.waited = true, errors.Is(context.Cause(limited), stall.ErrTooBusy), limit
		_ = s.process.Signal(syscall.SIGQUIT) // the Go runtime then says where every goroutine is
	}
	e.elapsed = time.Since(began)
	if e.answered {
		return e
	}
	select {
	case <-s.process.Done():
	case <-time.After(2 * time.Second):
		s.process.KillTree()
		<-s.process.Done()
	}
	e.state, e.output = s.process.ExitState(), s.output.String()
	return e
}

func (s *server) kill() {
	_ = s.orders.Close()
	s.process.KillTree()
	<-s.process.Done()
}

// tail keeps the last part of what a process prints.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// tailSize is enough for a long goroutine dump and bounds a learner who prints without end.
const tailSize = 1 << 20

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(p)
	if over := t.buf.Len() - tailSize; over > 0 {
		t.buf.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// take returns what there is and forgets it.
func (t *tail) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.buf.String()
	t.buf.Reset()
	return out
}

// waitFor waits until the mark was printed: the answer comes on another pipe and may be faster.
func (t *tail) waitFor(mark string, atMost time.Duration) {
	for deadline := time.Now().Add(atMost); time.Now().Before(deadline); {
		if strings.Contains(t.String(), mark) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
