package protocontract

import (
	"bytes"
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
		if line, differ := firstDifference(want, seen); differ {
			t.FailAt(name, line, stale(name, want, seen, line))
		}
		return nil
	}))
}

func stale(name string, want, seen []byte, line int) check.Failure {
	is := "no such file"
	if seen != nil {
		is = fmt.Sprintf("line %d: %s", line, lineOf(seen, line))
	}
	return check.Failure{
		ID: "stale", Sentence: path.Base(name) + " is not what the generator makes of the contract", Expected: fmt.Sprintf("line %d: %s", line, lineOf(want, line)), Seen: is,
		Why: "The server would speak another contract than the one in proto/. Generated code is never edited: it is generated again after each change of a .proto file.",
	}
}

// firstDifference returns the line at which the two differ. The versions of the tools are no difference.
func firstDifference(want, seen []byte) (line int, differ bool) {
	a, b := bytes.Split(want, []byte("\n")), bytes.Split(seen, []byte("\n"))
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || !bytes.Equal(a[i], b[i]) && !isVersion(string(a[i])) {
			return i + 1, true
		}
	}
	return 0, false
}

func isVersion(line string) bool {
	return strings.HasPrefix(line, "// ") && strings.Contains(line, "protoc")
}

func lineOf(source []byte, line int) string {
	lines := bytes.Split(source, []byte("\n"))
	if line > len(lines) {
		return "the end of the file"
	}
	return strings.TrimSpace(string(lines[line-1]))
}
