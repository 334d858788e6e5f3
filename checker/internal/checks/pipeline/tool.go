package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
)

const (
	workflow = ".github/workflows/delivery.yaml"
	script   = "deploy/deploy.sh"
	// toolSum is the hash of tools/pipeline, which runs the workflow: a proof of the lesson is about this version. A test compares the two.
	toolSum = "348011a9159017f3d600fb0a10c3f2bc5247457c38d838d372a2c7a5e59989c8"
)

type response struct {
	Findings []struct {
		Line    int    `json:"line"`
		Message string `json:"message"`
		Kind    string `json:"kind"`
	} `json:"findings"`
	Unsupported string `json:"unsupported"`
	Uses        []struct {
		Line   int    `json:"line"`
		Action string `json:"action"`
	} `json:"uses"`
	Runs []run `json:"runs"`
}

// run is one run of the workflow. The tool's source says what the fields mean.
type run struct {
	Started     bool         `json:"started"`
	Error       string       `json:"error"`
	Conclusion  string       `json:"conclusion"`
	Concurrency *concurrency `json:"concurrency"`
	Jobs        []job        `json:"jobs"`
	Calls       []call       `json:"calls"`
	Scripts     []struct {
		Job  string `json:"job"`
		Line int    `json:"line"`
		Text string `json:"text"`
	} `json:"scripts"`
}

type concurrency struct {
	Group  string `json:"group"`
	Cancel bool   `json:"cancel"`
	Line   int    `json:"line"`
}

type job struct {
	ID          string            `json:"id"`
	Line        int               `json:"line"`
	Result      string            `json:"result"`
	Permissions map[string]string `json:"permissions"`
	Concurrency *concurrency      `json:"concurrency"`
	Environment string            `json:"environment"`
	Services    []string          `json:"services"`
	Minutes     float64           `json:"minutes"`
}

type call struct {
	Job        string            `json:"job"`
	Line       int               `json:"line"`
	Command    string            `json:"command"`
	Args       []string          `json:"args"`
	Env        map[string]string `json:"env"`
	Stdin      string            `json:"stdin"`
	Kubeconfig string            `json:"kubeconfig"`
	Mode       string            `json:"mode"`
	Bare       bool              `json:"bare"`
	Uses       string            `json:"uses"`
	Inputs     map[string]string `json:"inputs"`
}

// String is the call as it was typed.
func (c call) String() string {
	if c.Uses != "" {
		return "uses: " + c.Uses
	}
	return strings.Join(append([]string{c.Command}, c.Args...), " ")
}

// shown is the call without secrets, for messages.
func (c call) shown() string { return strings.ReplaceAll(c.String(), token, "***") }

// action is the name of the action without its version.
func (c call) action() string {
	name, _, _ := strings.Cut(strings.ToLower(c.Uses), "@")
	return name
}

// kept are runs that several checks look at, by the content of the workflow and the scenario.
var kept sync.Map // [sha256.Size]byte → *memory

type memory struct {
	sync.Mutex
	answer *response
}

// perform lets the tool run the learner's workflow in each scenario. What GitHub would refuse fails the check.
func perform(t *check.T, scenarios ...scenario) []run {
	answer := ask(t, scenarios)
	for _, f := range answer.Findings {
		if f.Kind == "syntax-check" || answer.Runs == nil && answer.Unsupported == "" {
			t.FailAt(workflow, f.Line, check.Failure{
				ID: "unreadable", Sentence: "GitHub would refuse the workflow", Expected: "a workflow that actionlint can read",
				Seen: f.Message, Why: "A workflow that GitHub refuses runs nothing: no commit is tested, and none is deployed.",
			})
		}
	}
	if answer.Unsupported != "" {
		t.Fail(check.Failure{
			ID: "unsupported", Sentence: "the workflow is more than one file of scripts",
			Expected: "jobs with steps in " + workflow + ", scripts in bash or sh, and no actions or workflows of the repository",
			Seen:     answer.Unsupported, Why: "The lesson asks for one file, and the checker runs no others.",
		})
	}
	for i, r := range answer.Runs {
		if r.Error != "" {
			t.Fail(check.Failure{
				ID: "unreadable", Sentence: "GitHub would not finish the run: " + scenarios[i].title, Expected: "expressions that have a value",
				Seen: r.Error, Why: "A run with an expression that cannot be evaluated fails.",
			})
		}
	}
	return answer.Runs
}

// ask is perform without a judgement.
func ask(t *check.T, scenarios []scenario) response {
	file := filepath.Join(t.Dir(), filepath.FromSlash(workflow))
	source, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fail(check.Failure{ID: "unreadable", Sentence: "there is no workflow", Expected: workflow, Seen: "no such file",
			Why: "GitHub finds workflows in this directory."})
	}
	t.Ours("read the workflow", err)
	asked, err := json.Marshal(scenarios)
	t.Ours("write the scenarios", err)
	entry, _ := kept.LoadOrStore(sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", source, asked)), &memory{})
	m := entry.(*memory)
	m.Lock()
	defer m.Unlock()
	if m.answer == nil {
		dir := directory(t)
		request, err := json.Marshal(map[string]any{"workflow": file, "dir": dir, "scenarios": scenarios})
		t.Ours("write the request", err)
		command := exec.CommandContext(t.Context(), tool(t))
		command.Stdin = bytes.NewReader(request)
		var failed bytes.Buffer
		command.Stderr = &failed
		out, err := command.Output()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(failed.String()))
		}
		t.Ours("run the workflow", err)
		var answer response
		t.Ours("read what the workflow did", json.Unmarshal(out, &answer))
		m.answer = &answer
	}
	return *m.answer
}

var (
	building sync.Mutex
	built    string
)

// tool builds the program that runs workflows and stands for kubectl.
func tool(t *check.T) string {
	building.Lock()
	defer building.Unlock()
	if built == "" {
		source := filepath.Join(t.Root(), "tools", "pipeline")
		binaries, err := build.Services(t.Context(), source, []string{"cmd/pipeline"}, filepath.Join(t.Root(), ".stagecraft", "pipeline"))
		t.Ours("build the tool that runs workflows", err)
		built = binaries["pipeline"]
	}
	return built
}

func directory(t *check.T) string {
	dir, err := os.MkdirTemp("", "pipeline-")
	t.Ours("make a directory", err)
	t.Cleanup(func(context.Context) { _ = os.RemoveAll(dir) })
	return dir
}
