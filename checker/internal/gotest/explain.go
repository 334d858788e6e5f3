package gotest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
)

var (
	frame     = regexp.MustCompile(`(?m)^\s+(\S+\.go):(\d+)(?: \+0x[0-9a-f]+| in \S+)?$`)
	panicLine = regexp.MustCompile(`(?m)^(?:panic|fatal error): (.*)$`)
	logPrefix = regexp.MustCompile(`(?m)^\s*(?:\S+_test\.go:\d+: )?`)
	noise     = regexp.MustCompile(`(?m)^\s*(?:---|===) .*\n?|^(?:PASS|FAIL)\n?`)
	verdict   = regexp.MustCompile(`(?m)^.*STAGECRAFT \{.*\n?`)
)

// explain turns the end of a test into an outcome.
func explain(dir, test string, e ended) check.TestOutcome {
	out := check.TestOutcome{Output: shorten(printed(e.output)), Elapsed: e.elapsed}
	switch {
	case e.answered && e.outcome == "passed":
		out.Verdict = check.Pass
		out.Output = ""
	case e.answered && e.outcome == "skipped":
		return check.TestOutcome{Verdict: check.Unknown, Fault: "the hidden test skipped itself: " + words(e.output), Output: out.Output}
	case e.answered && e.outcome == "missing":
		return check.TestOutcome{Verdict: check.Unknown, Fault: "there is no hidden test " + test}
	case e.answered:
		out.Verdict = check.Fail
		out.Failure = failureIn(e.output)
		if panicked(out.Failure, e.output) {
			out.Failure.Crashed = true
			out.File, out.Line = learnersFrame(dir, e.output)
		}
	case e.busy:
		return check.TestOutcome{Verdict: check.Unknown, Fault: fmt.Sprintf("the machine is too busy: the test did not get its %s within %s", e.waited, e.elapsed.Round(time.Second))}
	default:
		out.Verdict = check.Fail
		out.Failure = died(e)
		out.Failure.Crashed = true
		out.File, out.Line = learnersFrame(dir, e.output)
		if out.File != "" {
			out.Failure.Seen += fmt.Sprintf(", at %s:%d", out.File, out.Line)
		}
	}
	return out
}

// died explains a process that did not answer.
func died(e ended) check.Failure {
	when := "while the test was running"
	if !e.started {
		when = "before the first test began"
	}
	if e.timeout {
		return check.Failure{
			Sentence: fmt.Sprintf("your code did not come back within %s, %s", e.waited, when),
			Expected: "every call returns",
			Seen:     "still running",
			Why:      "An endless loop, or a wait for something that never comes.",
			Hung:     true,
		}
	}
	if m := panicLine.FindStringSubmatch(e.output); m != nil {
		what := strings.TrimSuffix(strings.TrimSuffix(m[1], " [recovered, repanicked]"), " [recovered]")
		if strings.Contains(what, "unexpected call to os.Exit") {
			return exited("os.Exit(0)", when)
		}
		if strings.Contains(what, "all goroutines are asleep") {
			return check.Failure{Sentence: "your code waits forever", Expected: "every call returns", Seen: what}
		}
		return check.Failure{Sentence: "your code panics: " + what, Expected: "no panic", Seen: "panic: " + what}
	}
	state := "the process ended"
	if e.state != nil {
		state = e.state.String()
	}
	return exited(state, when)
}

func exited(state, when string) check.Failure {
	return check.Failure{
		Sentence: "your code ended the process " + when,
		Expected: "the code under test returns to its caller",
		Seen:     state,
		Why:      "Only main may call os.Exit or log.Fatal: a library that does takes its callers down with it.",
	}
}

// failureIn reads the STAGECRAFT line of a failed test; without one, what the test printed is what was seen.
func failureIn(output string) check.Failure {
	var found *check.Failure
	shrunk := strings.Contains(output, "[rapid] failed")
	for line := range strings.Lines(output) {
		_, text, ok := strings.Cut(line, "STAGECRAFT {")
		if !ok {
			continue
		}
		var f check.Failure
		if json.NewDecoder(strings.NewReader("{"+text)).Decode(&f) == nil {
			if found == nil || shrunk {
				found = &f // the first failure is the cause of what follows, but the last is the smallest that rapid found
			}
		}
	}
	if found != nil {
		return *found
	}
	seen := words(output)
	first, _, _ := strings.Cut(seen, "\n")
	return check.Failure{Sentence: first, Seen: seen}
}

// panicked says whether a hidden test, or rapid, caught a panic of the code under test.
func panicked(f check.Failure, output string) bool {
	return strings.HasPrefix(f.Seen, "panic: ") || strings.Contains(output, "[rapid] panic")
}

// words returns what a test logged, without the marks of the testing package.
func words(output string) string {
	text := logPrefix.ReplaceAllString(noise.ReplaceAllString(output, ""), "")
	return strings.TrimSpace(text)
}

// printed returns what the test and the code under test wrote, without what the failure says anyway.
func printed(output string) string {
	return strings.TrimSpace(verdict.ReplaceAllString(noise.ReplaceAllString(output, ""), ""))
}

// learnersFrame returns the topmost stack frame in the code under test that is not a test.
func learnersFrame(dir, output string) (string, int) {
	for _, m := range frame.FindAllStringSubmatch(output, -1) {
		file := relative(dir, m[1])
		if filepath.IsAbs(file) || strings.HasSuffix(file, "_test.go") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			continue // of the Go runtime, or generated
		}
		line, _ := strconv.Atoi(m[2])
		return file, line
	}
	return "", 0
}

// relative returns file with slashes and relative to dir if it lies there.
func relative(dir, file string) string {
	if filepath.IsAbs(file) {
		absolute, err := filepath.Abs(dir)
		if err == nil {
			if rel, err := filepath.Rel(absolute, file); err == nil && !strings.HasPrefix(rel, "..") {
				file = rel
			}
		}
	}
	return filepath.ToSlash(filepath.Clean(file))
}

// shorten keeps the first lines: a panic says what happened at its top.
func shorten(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if len(lines) > 60 {
		lines = append(lines[:60], fmt.Sprintf("… %d more lines", len(lines)-60))
	}
	return strings.Join(lines, "\n")
}
