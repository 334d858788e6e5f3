// Package build compiles what the learner wrote: services, and packages with hidden tests.
package build

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Error is code of the learner that does not compile. Trouble of the machine, such as a full disk or a missing module, is never an
// *Error.
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

// Error returns the first complaint and how many there are.
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

var diagnosticLine = regexp.MustCompile(`^\s?(?:vet: )?([^\s:][^:]*\.go|go\.mod):(\d+)(?::(\d+))?: (.*)$`)

// diagnosticsIn reads the go command's output, whose paths are relative to the directory that was built.
func diagnosticsIn(output string) []Diagnostic {
	var found []Diagnostic
	continued := false
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if match := diagnosticLine.FindStringSubmatch(line); match != nil {
			d := Diagnostic{File: path.Clean(filepath.ToSlash(match[1])), Msg: match[4]}
			d.Line, _ = strconv.Atoi(match[2])
			d.Col, _ = strconv.Atoi(match[3])
			found, continued = append(found, d), true
			continue
		}
		if continued = continued && strings.HasPrefix(line, "\t"); continued {
			found[len(found)-1].Msg += "\n" + line
		}
	}
	return found
}

// within says whether the file lies in the directory that was built: the learner's code, or a hidden test laid over it.
func (d Diagnostic) within() bool {
	return !path.IsAbs(d.File) && d.File != ".." && !strings.HasPrefix(d.File, "../")
}
