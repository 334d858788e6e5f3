package build

import (
	"fmt"
	"slices"
	"strings"
)

// aboutMachine are signs that the machine and not the code is the trouble.
var aboutMachine = []string{
	"no space left on device", "disk quota exceeded", "signal: killed", "cannot allocate memory", "too many open files",
	"read-only file system", "input/output error", "resource temporarily unavailable", "fatal error: runtime: out of memory",
	"permission denied",
}

// aboutModules are signs that modules cannot be had, or that go.mod, go.sum or the toolchain does not fit. An import that no module
// of go.mod provides is not among them: the learner wrote it.
var aboutModules = []string{
	"module lookup disabled", "missing go.sum entry", "cannot find module providing", "cannot query module", "unrecognized import path",
	"verifying ", "checksum mismatch", "security error", "inconsistent vendoring", "-mod=vendor", "updates to go.mod needed",
	"dial tcp", "no such host", "connection refused", "connection reset", "i/o timeout", "tls: ", "x509: ", "proxyconnect",
	"invalid go version", "requires go >= ", "toolchain not available", "unknown revision", "reading http", "get \"http", "zip: not a valid zip file",
}

// aboutLayout are complaints about the learner's code that name no file and line.
var aboutLayout = []string{
	"import cycle not allowed", "function main is undeclared in the main package", "found packages ", "no go files in ",
	"build constraints exclude all go files", "is not a main package", "no non-test go files in ",
}

// packagesOfEveryGo are in every installation of Go: when they are missing it is damaged.
var packagesOfEveryGo = []string{"context", "errors", "fmt", "io", "os", "strings", "sync", "time"}

// failure tells the learner's compile error from everything else that makes the go command fail. hidden are the files laid over the
// learner's, relative to the directory that was built.
func failure(command, output string, hidden map[string][]byte) error {
	if line := lineWith(output, aboutMachine); line != "" {
		return fmt.Errorf("go %s: %s; that is not your code: `go run ./checker doctor` says what is missing", command, line)
	}
	var own []Diagnostic
	for _, d := range diagnosticsIn(output) {
		if d.within() && !contains(d.Msg, aboutModules) && !damaged(d.Msg) {
			_, d.Hidden = hidden[d.File]
			own = append(own, d)
		}
	}
	if onlyImports(own) {
		return moduleError(command, output)
	}
	if len(own) > 0 || lineWith(output, aboutModules) == "" && contains(output, aboutLayout) {
		return &Error{Output: output, Diagnostics: own}
	}
	return moduleError(command, output)
}

// onlyImports says that all complaints are about what hidden tests import: those are not the learner's to provide.
func onlyImports(own []Diagnostic) bool {
	about := func(d Diagnostic) bool {
		return d.Hidden && strings.Contains(d.Msg, "no required module provides package")
	}
	return len(own) > 0 && !slices.ContainsFunc(own, func(d Diagnostic) bool { return !about(d) })
}

func moduleError(command, output string) error {
	line := lineWith(output, aboutModules)
	if line == "" {
		line = lastLine(output)
	}
	return fmt.Errorf("go %s: %s; that is not your code: `go run ./checker doctor` says what is missing", command, line)
}

func damaged(message string) bool {
	for _, name := range packagesOfEveryGo {
		if strings.HasPrefix(message, "package "+name+" is not in std") {
			return true
		}
	}
	return false
}

func contains(text string, signs []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(text, sign) })
}

func lineWith(output string, signs []string) string {
	for line := range strings.Lines(output) {
		if contains(line, signs) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// lastLine is the last line that is not about the progress of downloads.
func lastLine(output string) string {
	last := "it failed without a word"
	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "go: downloading ") {
			last = line
		}
	}
	return last
}
