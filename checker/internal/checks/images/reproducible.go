package images

import (
	"fmt"
	"slices"

	"stagecraft/checker/internal/check"
)

func reproducible(t *check.T) {
	all := builds(t)
	t.Step("build again: later, on an arm64 machine, in another directory, with another commit in .git")
	for n, i := range all.first {
		for _, f := range i.programs() {
			again := slices.IndexFunc(all.second[n].Files, func(other file) bool { return other.Path == f.Path && other.Program != nil })
			t.True(again >= 0, check.Failure{
				ID: "missing", Sentence: fmt.Sprintf("the second build of the image %s has no %s", i.name, f.Path), Expected: f.Path, Seen: all.second[n].show(),
			})
			compare(t, i.name, f.Program, all.second[n].Files[again].Program)
		}
	}
}

// compare fails the check when two builds of a program have other bits, with the first reason that is found.
func compare(t *check.T, name string, a, b *program) {
	if a.Bits == b.Bits {
		return
	}
	reasons := []struct{ key, id, what, why string }{
		{"flags", "flags", "its flags", "A time, a name of a machine or a random number in a flag is different each time."},
		{"commit", "commit", "the repository", "go build writes the commit and whether files have changed, if it finds .git."},
		{"directory", "directory", "the directory in which it is compiled", "Without -trimpath go build writes the path of each file into the program: only who has the same directory can compare."},
		{"cgo", "machine", "the machine that builds", "Without CGO_ENABLED, go build uses cgo where it finds a C compiler and does not cross-compile: a program for amd64 from an arm64 machine is another one."},
		{"compiler", "machine", "the compiler", ""},
		{"platform", "machine", "the machine that builds", "GOOS and GOARCH are those of the machine unless they are set."},
	}
	for _, r := range reasons {
		if a.Depends[r.key] != b.Depends[r.key] {
			t.FailAt(dockerfile, a.Line, check.Failure{
				ID: r.id, Sentence: fmt.Sprintf("the bits of the program in the image %s depend on %s", name, r.what), Expected: "the same bits for the same source",
				Seen: fmt.Sprintf("first build: %q\nsecond build: %q", a.Depends[r.key], b.Depends[r.key]), Why: r.why,
			})
		}
	}
	t.FailAt(dockerfile, a.Line, check.Failure{
		ID: "sources", Sentence: fmt.Sprintf("the program in the image %s is compiled of other files each time", name), Expected: "the same bits for the same source",
		Seen: "two builds of the same files have compiled different ones", Why: "A file that the build writes itself, with a time or a random number, is part of the program.",
	})
}
