// Package build compiles what the learner wrote: services and packages with hidden tests, only what changed.
package build

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Error is code that does not compile: the learner's to mend. Trouble of our own, such as a full disk, is never an *Error.
type Error struct {
	Output      string // what the go command printed, with paths relative to the module under test
	Diagnostics []Diagnostic
}

// Diagnostic is one complaint of the compiler.
type Diagnostic struct {
	File   string // relative to the directory that was built
	Line   int
	Col    int // 0 when the compiler gave none
	Msg    string
	Hidden bool // in a hidden test: the code under test lacks a name that the test uses
}

func (d Diagnostic) String() string {
	if d.Col == 0 {
		return fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Col, d.Msg)
}

// Error gives the first complaint and how many there are.
func (e *Error) Error() string {
	switch n := len(e.Diagnostics); n {
	case 0:
		return "the code does not build: " + strings.TrimSpace(e.Output)
	case 1:
		return "the code does not build: " + e.Diagnostics[0].String()
	default:
		return fmt.Sprintf("the code does not build: %s (and %d more)", e.Diagnostics[0], n-1)
	}
}

var diagnosticLine = regexp.MustCompile(`^(?:vet: )?([^\s:][^:]*\.go|go\.mod):(\d+)(?::(\d+))?: (.*)$`)

// newError reads the go command's output; dir is what its paths are relative to.
func newError(dir, output string) *Error {
	output = strings.ReplaceAll(output, dir+string(filepath.Separator), "")
	e := &Error{Output: output}
	continued := false
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if match := diagnosticLine.FindStringSubmatch(line); match != nil {
			d := Diagnostic{File: filepath.ToSlash(filepath.Clean(match[1])), Msg: match[4]}
			d.Line, _ = strconv.Atoi(match[2])
			d.Col, _ = strconv.Atoi(match[3])
			e.Diagnostics, continued = append(e.Diagnostics, d), true
			continue
		}
		if continued = continued && strings.HasPrefix(line, "\t"); continued {
			e.Diagnostics[len(e.Diagnostics)-1].Msg += "\n" + line
		}
	}
	return e
}

// ours are signs that the machine and not the code is the trouble.
var ours = []string{
	"no space left on device", "disk quota exceeded", "signal: killed", "cannot allocate memory", "too many open files",
	"read-only file system", "input/output error", "resource temporarily unavailable", "fatal error: runtime: out of memory",
}

func oursIn(output string) string {
	for line := range strings.Lines(output) {
		for _, sign := range ours {
			if strings.Contains(strings.ToLower(line), sign) {
				return strings.TrimSpace(line)
			}
		}
	}
	return ""
}
