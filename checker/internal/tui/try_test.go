package tui

import (
	"os/exec"
	"strings"
	"testing"
)

func TestContinued_LongCommand_StaysEquivalent(t *testing.T) {
	t.Parallel()
	command := `curl -sS -X POST 'http://127.0.0.1:8080/v1/orders' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"a": 1, "b": "x y", "c": "long enough to need more than one line of the screen, and then some"}'`
	lines := continued(command, 60)
	for _, line := range lines {
		if len(line) > 60 {
			t.Errorf("too long: %s", line)
		}
	}
	if len(lines) < 4 {
		t.Fatalf("nothing was broken: %q", lines)
	}
	show := func(c string) string {
		out, err := exec.Command("sh", "-c", `curl() { printf '[%s]' "$@"; }; TOKEN=abc; `+c).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if got, want := show(strings.Join(lines, "\n")), show(command); got != want {
		t.Errorf("broken: %s\nwhole:  %s", got, want)
	}
}

func TestShortLog_RepeatedFields_AreLeftOut(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{"level":"info","ts":"2026-11-21T03:04:10.745143154Z","msg":"ledger entry added","service":"wallet","event":"wallet.balance.deducted","amount_minor":-2370}`: "03:04:10.745 INFO wallet.balance.deducted ledger entry added amount_minor=-2370",
		`950ms  {"msg":"a"}`:     "950ms a",
		`panic: {"not": "a log"`: `panic: {"not": "a log"`,
		`plain`:                  "plain",
	} {
		if got := shortLog(line); got != want {
			t.Errorf("%s\nbecame %s\nnot    %s", line, got, want)
		}
	}
}
