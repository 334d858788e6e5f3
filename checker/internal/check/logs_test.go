package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stagecraft/checker/internal/stack"
)

func TestTheCauseComesFirstInALogLine(t *testing.T) {
	t.Parallel()
	got := brief(stack.Line{Level: "error", Event: "wallet.rpc.finished", Fields: map[string]any{"code": "Internal", "duration": 3, "error": "no rows"}})
	if !strings.HasPrefix(got, "error wallet.rpc.finished error=no rows code=Internal") {
		t.Errorf("the error may be cut off: %s", got)
	}
}

func TestAServiceThatDoesNotStartIsSeenInOneLine(t *testing.T) {
	t.Parallel()
	long := "could not build arguments for function " + strings.Repeat("x", 200) + ": missing dependencies: missing type: domain.WalletRepository"
	cases := map[string]struct {
		lines []stack.Line
		want  string
	}{
		"fx":      {[]stack.Line{{Fields: map[string]any{"error": long}}}, "wallet exited: missing type: domain.WalletRepository"},
		"panic":   {[]stack.Line{{Raw: "panic: oops"}, {Raw: "goroutine 1 [running]:"}}, "wallet exited: panic: oops"},
		"silence": {nil, "wallet exited"},
	}
	for name, c := range cases {
		if got := lastWords("wallet", "exited", c.lines); got != c.want {
			t.Errorf("%s: want %q, got %q", name, c.want, got)
		}
	}
}

func TestTelling_ManyLines_KeepsTheLoudOnesOfTheNamedServicesInTheWindow(t *testing.T) {
	t.Parallel()
	began := time.Now()
	at := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
	quiet := func(service string, ms int, event string) stack.Line {
		return stack.Line{Service: service, At: at(ms), Level: "info", Event: event, Fields: map[string]any{"event": event}}
	}
	all := []stack.Line{
		{Service: "order", At: at(1), Level: "error", Event: "too.early", Fields: map[string]any{}},
		{Service: "order", At: at(100), Level: "error", Event: "saga.failed", Fields: map[string]any{}},
		{Service: "gateway", At: at(101), Level: "error", Event: "not.named", Fields: map[string]any{}},
		{Service: "order", At: at(102), Raw: "panic: nil map"},
	}
	for i := range 60 {
		all = append(all, stack.Line{Service: "order", At: at(103), Raw: fmt.Sprintf("frame %d", i)})
		all = append(all, quiet("wallet", 200+i, fmt.Sprintf("event.%d", i%20)))
	}
	all = append(all, quiet("wallet", 300, "event.last"))

	picked := telling(all, func(service string) bool { return service == "order" || service == "wallet" }, at(50))

	var text []string
	for _, line := range picked {
		text = append(text, line.Event+line.Raw)
	}
	said := strings.Join(text, " ")
	if len(picked) != mostLines {
		t.Errorf("want %d lines, got %d", mostLines, len(picked))
	}
	for _, want := range []string{"saga.failed", "panic: nil map", "event.last"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing: %s", want, said)
		}
	}
	for _, not := range []string{"too.early", "not.named", "frame 5"} {
		if strings.Contains(said, not) {
			t.Errorf("%q is not about the failure: %s", not, said)
		}
	}
}
