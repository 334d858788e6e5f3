package protocontract

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/check"
)

// generated generates the code once more and compares it with what the learner has.
func generated(t *check.T) {
	if f := lacks(build(t)); f != nil {
		f.ID, f.Sentence = "nothing-new", "the contract is not finished, so the generated code cannot be: "+f.Sentence
		t.Fail(*f)
	}
	dir := scratch(t)
	defer func() { _ = os.RemoveAll(dir) }()
	const plugin = `{"local":%q,"out":"gen","opt":"paths=source_relative"}`
	template := fmt.Sprintf(`{"version":"v2","plugins":[`+plugin+`,`+plugin+`]}`, tool(t, "protoc-gen-go"), tool(t, "protoc-gen-go-grpc"))
	if r := buf(t, "generate", "--template", template, "--output", dir); r.code != 0 {
		t.Fail(check.Failure{
			ID: "generate", Sentence: "no code can be generated from the contract", Expected: "buf generate succeeds", Seen: r.says(), Why: "The services are built from this code.",
		})
	}
	fresh := os.DirFS(dir)
	t.Ours("compare the generated code", fs.WalkDir(fresh, "gen", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		want, err := fs.ReadFile(fresh, name)
		if err != nil {
			return err
		}
		seen, err := os.ReadFile(filepath.Join(t.Dir(), filepath.FromSlash(name)))
		if err != nil {
			seen = nil
		}
		if f := stale(name, want, seen); f != nil {
			t.Fail(*f)
		}
		return nil
	}))
}

// stale compares the lines of the two files; nil when they are the same. Neither their order nor the versions of the tools matter: the
// order changes when a kept solution is laid over a stage.
func stale(name string, want, seen []byte) *check.Failure {
	missing, more := without(want, seen), without(seen, want)
	if missing == "" && more == "" {
		return nil
	}
	f := &check.Failure{
		ID: "stale", Sentence: path.Base(name) + " is not what the generator makes of the contract", Expected: "the line: " + missing, Seen: "no such line in " + name,
		Why: "The server would speak another contract than the one in proto/. Generated code is never edited: it is generated again after each change of a .proto file.",
	}
	switch {
	case seen == nil:
		f.Expected, f.Seen = "a file "+name, "no such file"
	case missing == "":
		f.Expected, f.Seen = "no other lines than the generated ones", "in "+name+": "+more
	case more != "":
		f.Seen = "in its place: " + more
	}
	return f
}

// without returns the first line of a file that another one does not have as often; "" when there is none.
func without(file, other []byte) string {
	left := map[string]int{}
	for _, line := range lines(other) {
		left[line]++
	}
	for _, line := range lines(file) {
		if left[line]--; left[line] < 0 {
			return line
		}
	}
	return ""
}

// lines are those with content, with single spaces: how a column is aligned depends on its neighbours.
func lines(file []byte) (all []string) {
	for line := range strings.Lines(string(file)) {
		line = strings.Join(strings.Fields(line), " ")
		isVersion := strings.HasPrefix(line, "//") && strings.Contains(line, "protoc")
		if line != "" && !isVersion {
			all = append(all, line)
		}
	}
	return all
}
