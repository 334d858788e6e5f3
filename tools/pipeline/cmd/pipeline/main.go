// Command pipeline runs a workflow of GitHub Actions without GitHub: it decides which jobs and steps run for an event, and runs their scripts with
// commands that do nothing but record their calls. It reads a request and prints a response, both JSON.
//
// Under the name kubectl it passes its arguments to the cluster that listens at the socket in CLUSTER.
//
// Jobs that could run at the same time run one after the other. Actions do nothing, but for a few outputs. Workflows that call others, actions of
// the repository, and shells other than sh and bash are refused.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/rhysd/actionlint"
)

type request struct {
	Workflow  string     `json:"workflow"` // the file
	Dir       string     `json:"dir"`      // where scripts may write
	Scenarios []scenario `json:"scenarios"`
}

// scenario is an event, and what is different from the ordinary case.
type scenario struct {
	Event   string                       `json:"event"`
	Action  string                       `json:"action"` // of a pull request: opened, synchronize
	Ref     string                       `json:"ref"`
	BaseRef string                       `json:"base_ref"` // of a pull request
	Github  map[string]any               `json:"github"`   // the context
	Secrets map[string]map[string]string `json:"secrets"`  // by environment; "" is the repository
	Vars    map[string]string            `json:"vars"`
	Changed []string                     `json:"changed"` // paths
	Version string                       `json:"version"` // of go.sum
	Cached  bool                         `json:"cached"`  // each cache has what is looked for
	Fail    string                       `json:"fail"`    // the call that fails
	Cancel  string                       `json:"cancel"`  // the call during which the run is cancelled
	Plan    bool                         `json:"plan"`    // no job is run
}

type response struct {
	Findings    []finding `json:"findings"`
	Unsupported string    `json:"unsupported,omitempty"`
	Uses        []use     `json:"uses"` // all actions, also those that no run has reached
	Runs        []run     `json:"runs"`
}

type finding struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
	Kind    string `json:"kind"`
}

type use struct {
	Line   int    `json:"line"`
	Action string `json:"action"`
}

func main() {
	if filepath.Base(os.Args[0]) == "kubectl" {
		os.Exit(forward(os.Args[1:]))
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pipeline:", err)
		os.Exit(2)
	}
}

func serve(in io.Reader, out io.Writer) error {
	var r request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	source, err := os.ReadFile(r.Workflow)
	if err != nil {
		return err
	}
	var answer response
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: r.Dir})
	if err != nil {
		return err
	}
	found, err := linter.Lint("delivery.yaml", source, nil)
	if err != nil {
		return err
	}
	syntax := false
	for _, f := range found {
		answer.Findings = append(answer.Findings, finding{Line: f.Line, Message: f.Message, Kind: f.Kind})
		syntax = syntax || f.Kind == "syntax-check"
	}
	w, _ := actionlint.Parse(source)
	if w != nil && !syntax {
		answer.Uses = uses(w)
		if answer.Unsupported = unsupported(w); answer.Unsupported == "" {
			answer.Runs, err = runAll(r, w)
		}
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(answer)
}

func runAll(r request, w *actionlint.Workflow) ([]run, error) {
	runs := make([]run, len(r.Scenarios))
	failed := make([]error, len(r.Scenarios))
	slots := make(chan struct{}, runtime.NumCPU())
	var wg sync.WaitGroup
	for i, s := range r.Scenarios {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			dir := filepath.Join(r.Dir, fmt.Sprint("run", i))
			runs[i], failed[i] = perform(context.Background(), w, s, dir)
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return runs, nil
}

func uses(w *actionlint.Workflow) (all []use) {
	for _, j := range w.Jobs {
		for _, step := range j.Steps {
			if action, ok := step.Exec.(*actionlint.ExecAction); ok {
				all = append(all, use{Line: action.Uses.Pos.Line, Action: action.Uses.Value})
			}
		}
	}
	slices.SortFunc(all, func(a, b use) int { return cmp.Compare(a.Line, b.Line) })
	return slices.Compact(all)
}
