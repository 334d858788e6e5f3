package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/zap"

	"shop/platform/logging"
)

type zzgFailure struct{ id, what, expected, seen, why string }

func zzgFail(t *testing.T, f zzgFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what + ": the result is wrong", "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzgOurs(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// zzgCrash is deferred around the learner's code.
func zzgCrash(t *testing.T, what string) {
	t.Helper()
	p := recover()
	if p == nil {
		return
	}
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		ours := strings.Contains(frame.File, "/gateway/internal/") || strings.Contains(frame.File, "/platform/")
		if ours && !strings.HasSuffix(frame.File, "_test.go") {
			fmt.Printf("\n\t%s:%d\n", frame.File, frame.Line)
			break
		}
	}
	zzgFail(t, zzgFailure{"crash", what, "it returns", fmt.Sprintf("panic: %v", p), "what clients send ends up here: one request could fail all others"})
}

// zzgLog is a logger of the shop, and what it has written.
type zzgLog struct {
	out    *bytes.Buffer
	logger *zap.Logger
}

func zzgNewLog() zzgLog {
	out := &bytes.Buffer{}
	return zzgLog{out: out, logger: logging.NewTo(out, logging.Config{Env: "test", Level: "debug"}, "gateway")}
}

// last returns the last line, without the time, which has digits of its own.
func (l zzgLog) last(t *testing.T) (text string, fields map[string]any) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(l.out.String()), "\n")
	last := lines[len(lines)-1]
	if err := json.Unmarshal([]byte(last), &fields); err != nil {
		zzgFail(t, zzgFailure{"line", "a line of the log", "one JSON object", fmt.Sprintf("%q", last), "a line that is not JSON cannot be searched"})
	}
	delete(fields, "ts")
	_, text, _ = strings.Cut(last, `"level"`)
	return text, fields
}

// zzgSend lets the handler serve a request from an address. headers are pairs of name and value, and may repeat names.
func zzgSend(t *testing.T, handler http.Handler, peer, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.RemoteAddr = peer
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	defer zzgCrash(t, method+" "+path)
	handler.ServeHTTP(recorder, request)
	return recorder
}
