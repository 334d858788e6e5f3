package gotest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
)

var (
	undefinedName   = regexp.MustCompile(`^undefined: (?:\w+\.)?(\w+)`)
	undefinedMember = regexp.MustCompile(`undefined \(type \*?(?:\w+\.)?(\w+)(?:\[.*\])? has no field or method (\w+)`)
	missingMethod   = regexp.MustCompile(`(?:\*?(?:\w+\.)?(\w+)) does not implement .*missing method (\w+)`)
	unknownField    = regexp.MustCompile(`unknown field (\w+) in struct literal of type (?:\w+\.)?(\w+)`)
)

// explainBuild says what is wrong: in the learner's own files, or only where a hidden test uses a name of the lesson.
func explainBuild(failed *build.Error) *check.TestOutcome {
	var missing, hidden []string
	for _, d := range failed.Diagnostics {
		if !d.Hidden && !filepath.IsAbs(d.File) { // an absolute path is not of the learner's module
			return broken(check.Failure{
				ID: check.FailureCompile, Sentence: "your code does not compile: " + d.Msg,
				Expected: "the package compiles",
				Seen:     fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Msg),
			}, d.File, d.Line)
		}
		hidden = append(hidden, d.Msg)
		if name := nameIn(d.Msg); name != "" && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) > 0:
		return broken(check.Failure{
			ID: check.FailureSignature, Sentence: "missing: " + strings.Join(missing, ", "),
			Expected: "the names that the lesson gives, spelled as there: " + strings.Join(missing, ", "),
			Seen:     "your code compiles, but does not declare " + strings.Join(missing, ", "),
		}, "", 0)
	case len(hidden) > 0:
		return broken(check.Failure{
			ID: check.FailureSignature, Sentence: "a function or type does not have the form that the lesson gives",
			Expected: "the signatures of the lesson",
			Seen:     strings.Join(hidden[:min(len(hidden), 5)], "\n"),
		}, "", 0)
	}
	return broken(check.Failure{
		ID: check.FailureCompile, Sentence: "your code does not compile", Expected: "the package compiles", Seen: strings.TrimSpace(failed.Output),
	}, "", 0)
}

// nameIn returns the name whose absence a compiler message is about, or "".
func nameIn(message string) string {
	if m := undefinedMember.FindStringSubmatch(message); m != nil {
		return m[1] + "." + m[2]
	}
	if m := missingMethod.FindStringSubmatch(message); m != nil {
		return m[1] + "." + m[2]
	}
	if m := unknownField.FindStringSubmatch(message); m != nil {
		return m[2] + "." + m[1]
	}
	if m := undefinedName.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}
