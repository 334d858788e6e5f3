package protocontract

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"stagecraft/checker/internal/check"
)

// released is the contract of the last release: what the lesson's starter has.
//
//go:embed released.binpb
var released []byte

// config takes the place of the learner's buf.yaml: a rule that is switched off there is still judged.
const config = `{"version":"v2","modules":[{"path":"proto"}],` +
	`"lint":{"use":["STANDARD"],"disallow_comment_ignores":true},"breaking":{"use":["WIRE_JSON"]}}`

// bufRun is one run of buf in the learner's copy.
type bufRun struct {
	stdout, stderr string
	code           int
}

// tool returns the path of a pinned tool, which the go command builds if it is not there yet.
func tool(t *check.T, name string) string {
	command := exec.CommandContext(t.Context(), "go", "tool", "-n", "-modfile="+filepath.Join(t.Root(), "tools", "go.mod"), name)
	command.Dir = t.Root()
	var failed bytes.Buffer
	command.Stderr = &failed
	out, err := command.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(failed.String()))
	}
	t.Ours("build "+name+" of tools/go.mod", err)
	return strings.TrimSpace(string(out))
}

func buf(t *check.T, args ...string) bufRun {
	command := exec.CommandContext(t.Context(), tool(t, "buf"), append(args, "--config", config)...)
	command.Dir = t.Dir()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if exited := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exited) {
		t.Ours("run buf", err)
	}
	return bufRun{strings.TrimSpace(stdout.String()), strings.TrimSpace(stderr.String()), command.ProcessState.ExitCode()}
}

// says is what buf has printed, its first lines.
func (r bufRun) says() string {
	lines := strings.Split(strings.TrimSpace(r.stdout+"\n"+r.stderr), "\n")
	return strings.Join(lines[:min(len(lines), 5)], "\n")
}

// scratch is a directory for what the check writes.
func scratch(t *check.T) string {
	dir, err := os.MkdirTemp("", "contract-")
	t.Ours("make a directory", err)
	return dir
}

// build compiles the learner's protos.
func build(t *check.T) *protoregistry.Files {
	dir := scratch(t)
	defer func() { _ = os.RemoveAll(dir) }()
	image := filepath.Join(dir, "image.binpb")
	if r := buf(t, "build", "--exclude-source-info", "--output", image); r.code != 0 {
		t.Fail(check.Failure{
			ID: "syntax", Sentence: "the protos do not compile", Expected: "buf build compiles all files under proto/", Seen: r.says(),
			Why: "Without a contract there is nothing to generate code from.",
		})
	}
	raw, err := os.ReadFile(image)
	t.Ours("read the image", err)
	return filesOf(t, raw)
}

func filesOf(t *check.T, raw []byte) *protoregistry.Files {
	var set descriptorpb.FileDescriptorSet
	t.Ours("read the descriptors", proto.Unmarshal(raw, &set))
	files, err := protodesc.NewFiles(&set)
	t.Ours("read the descriptors", err)
	return files
}
