package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"shop/platform/config"
)

// zzcPool is a struct with a rule, which stands inside others.
type zzcPool struct {
	URL     config.Secret `env:"ZZC_POOL_URL"`
	Size    int           `env:"ZZC_POOL_SIZE" default:"10"`
	MaxSize int           `env:"ZZC_POOL_SIZE_MAX" default:"20"`
}

func (p *zzcPool) Validate() error {
	var faults []error
	if p.Size < 1 {
		faults = append(faults, errors.New("ZZC_POOL_SIZE must be positive"))
	}
	if p.MaxSize < 1 {
		faults = append(faults, errors.New("ZZC_POOL_SIZE_MAX must be positive"))
	}
	return errors.Join(faults...)
}

// ZZCLimits is embedded. Its rule has a value receiver.
type ZZCLimits struct {
	Rate  float64 `env:"ZZC_RATE" default:"2.5"`
	Burst int32   `env:"ZZC_BURST" default:"7"`
}

func (l ZZCLimits) Validate() error {
	if l.Rate <= 0 {
		return errors.New("ZZC_RATE must be positive")
	}
	return nil
}

type zzcDeep struct {
	Inner struct {
		Bytes int64 `env:"ZZC_BYTES" default:"9000000000"`
	}
}

// zzcService is the configuration of a service. Its own rule compares values of two levels.
type zzcService struct {
	Addr     string        `env:"ZZC_ADDR"`
	Timeout  time.Duration `env:"ZZC_TIMEOUT" default:"1m30s"`
	Endpoint string        `env:"ZZC_ENDPOINT" optional:"true"`
	Debug    bool          `env:"ZZC_DEBUG" default:"true"`
	PIN      int           `env:"ZZC_PIN" default:"1234" secret:"true"`
	Ignored  string
	Pool     zzcPool
	Deep     zzcDeep
	ZZCLimits
}

func (s *zzcService) Validate() error {
	if s.Timeout > time.Hour {
		return errors.New("ZZC_TIMEOUT must be at most 1h")
	}
	if s.Timeout < time.Duration(s.Pool.Size)*time.Millisecond {
		return errors.New("ZZC_TIMEOUT must be longer than a millisecond for each of ZZC_POOL_SIZE")
	}
	return nil
}

// zzcFull is an environment in which nothing is wrong and nothing has its default.
func zzcFull() map[string]string {
	return map[string]string{
		"ZZC_ADDR": "127.0.0.1:0", "ZZC_TIMEOUT": "250ms", "ZZC_ENDPOINT": "collector:4317", "ZZC_DEBUG": "false", "ZZC_PIN": "42",
		"ZZC_POOL_URL": "postgres://u:p@h/d", "ZZC_POOL_SIZE": "3", "ZZC_POOL_SIZE_MAX": "5",
		"ZZC_RATE": "0.5", "ZZC_BURST": "9", "ZZC_BYTES": "5000000000",
	}
}

// zzcWith is zzcFull with other values; "-" leaves a variable out.
func zzcWith(changes ...string) map[string]string {
	env := zzcFull()
	for i := 0; i < len(changes); i += 2 {
		if env[changes[i]] = changes[i+1]; changes[i+1] == "-" {
			delete(env, changes[i])
		}
	}
	return env
}

type zzcFailure struct{ id, what, expected, seen, why string }

// zzcLoad calls Load in an environment that has these variables of the test and no others.
func zzcLoad(t *testing.T, env map[string]string, cfg any) (err error) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "ZZC_") {
			t.Setenv(name, "") // is restored, and removed below
			_ = os.Unsetenv(name)
		}
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	defer func() {
		if p := recover(); p != nil {
			zzcPlace()
			zzcFail(t, zzcFailure{"crash", fmt.Sprintf("Load(%T)", cfg), "it returns", fmt.Sprintf("panic: %v", p),
				"a service that panics at its start shows a stack trace in place of the variable that is wrong"})
		}
	}()
	return config.Load(cfg)
}

// zzcPlace prints where the learner's code panicked, as a stack trace would. The function that has recovered calls it.
func zzcPlace() {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if strings.Contains(frame.File, "/platform/config/") && !strings.HasSuffix(frame.File, "_test.go") {
			fmt.Printf("\n\t%s:%d\n", frame.File, frame.Line)
			return
		}
	}
}

func zzcFail(t *testing.T, f zzcFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what + " is wrong", "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzcText is an error as a person reads it.
func zzcText(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("the error %q", err)
}

// zzcMentions counts the lines of err that have the name as a whole word.
func zzcMentions(err error, name string) (n int) {
	if err == nil {
		return 0
	}
	for line := range strings.Lines(err.Error()) {
		for _, word := range strings.FieldsFunc(line, func(c rune) bool { return c != '_' && (c < 'A' || c > 'Z') }) {
			if word == name {
				n++
				break
			}
		}
	}
	return n
}
