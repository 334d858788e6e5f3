package check

import (
	"strings"
	"testing"

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
