package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rhysd/actionlint"
)

// Results of a job and of a step.
const (
	success   = "success"
	failure   = "failure"
	cancelled = "cancelled"
	skipped   = "skipped"
)

type run struct {
	Started     bool         `json:"started"`
	Error       string       `json:"error,omitempty"` // an expression that cannot be evaluated, and where
	Conclusion  string       `json:"conclusion"`
	Concurrency *concurrency `json:"concurrency,omitempty"`
	Jobs        []job        `json:"jobs"`
	Calls       []call       `json:"calls"`   // of commands and actions, in their order
	Scripts     []script     `json:"scripts"` // that ran
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
	Permissions map[string]string `json:"permissions"` // all: read-all or write-all; nil: those of the repository
	Concurrency *concurrency      `json:"concurrency,omitempty"`
	Environment string            `json:"environment"`
	Services    []string          `json:"services"` // its containers, by their images
	Minutes     float64           `json:"minutes"`  // its time limit; 0: none of its own
}

// call is one of a command, or of an action.
type call struct {
	Job        string            `json:"job"`
	Line       int               `json:"line"` // of the step
	Command    string            `json:"command"`
	Args       []string          `json:"args"`
	Env        map[string]string `json:"env"`
	Stdin      string            `json:"stdin"`
	Kubeconfig string            `json:"kubeconfig"` // the content of the file that KUBECONFIG names
	Mode       string            `json:"mode"`       // of that file
	Bare       bool              `json:"bare"`       // there is no Makefile: nothing was checked out
	Uses       string            `json:"uses"`       // the action
	Inputs     map[string]string `json:"inputs"`
}

type script struct {
	Job  string `json:"job"`
	Line int    `json:"line"`
	Text string `json:"text"` // with all expressions replaced
}

// delivery is one run of the workflow.
type delivery struct {
	ctx       context.Context
	workflow  *actionlint.Workflow
	scenario  scenario
	dir       string
	commands  *commands
	run       *run
	results   map[string]string
	outputs   map[string]map[string]any
	cancelled bool
}

func perform(ctx context.Context, w *actionlint.Workflow, s scenario, dir string) (run, error) {
	r := run{Started: starts(w, s), Conclusion: success}
	if !r.Started {
		return r, nil
	}
	d := &delivery{ctx: ctx, workflow: w, scenario: s, dir: dir, run: &r, results: map[string]string{}, outputs: map[string]map[string]any{}}
	if !s.Plan {
		var err error
		if d.commands, err = install(filepath.Join(dir, "commands"), s); err != nil {
			return r, err
		}
	}
	d.plan()
	jobs := slices.SortedFunc(maps.Values(w.Jobs), func(a, b *actionlint.Job) int { return cmp.Compare(a.Pos.Line, b.Pos.Line) })
	for len(d.results) < len(jobs) && r.Error == "" {
		progress := false
		for _, j := range jobs {
			id := strings.ToLower(j.ID.Value)
			if d.results[id] != "" || !d.ready(j) {
				continue
			}
			progress = true
			d.results[id] = d.job(j)
		}
		if !progress {
			r.Error = "jobs need each other in a circle"
		}
	}
	if d.cancelled {
		r.Conclusion = cancelled
	}
	if r.Error != "" {
		r.Conclusion = failure
	}
	return r, nil
}

func (d *delivery) fail(pos *actionlint.Pos, err error) string {
	if d.run.Error == "" {
		d.run.Error = fmt.Sprintf("line %d: %v", pos.Line, err)
	}
	return failure
}

// base is what every expression may read.
func (d *delivery) base() scope {
	vars := map[string]any{}
	for name, value := range d.scenario.Vars {
		vars[name] = value
	}
	return scope{contexts: map[string]any{"github": d.scenario.Github, "vars": vars, "inputs": map[string]any{}}}
}

func (d *delivery) plan() {
	w := d.workflow
	if w.Concurrency != nil {
		d.run.Concurrency = d.concurrent(w.Concurrency, d.base())
	}
}

func (d *delivery) concurrent(c *actionlint.Concurrency, s scope) *concurrency {
	evaluated := &concurrency{Line: c.Pos.Line}
	if c.Group != nil {
		group, err := s.text(c.Group.Value)
		if err != nil {
			d.fail(c.Pos, err)
		}
		evaluated.Group = strings.ToLower(group)
	}
	evaluated.Cancel = d.boolean(c.CancelInProgress, s, c.Pos)
	return evaluated
}

func (d *delivery) boolean(b *actionlint.Bool, s scope, pos *actionlint.Pos) bool {
	switch {
	case b == nil:
		return false
	case b.Expression == nil:
		return b.Value
	}
	value, err := s.value(b.Expression.Value)
	if err != nil {
		d.fail(pos, err)
	}
	text, isText := value.(string)
	return isText && text == "true" || !isText && truthy(value)
}

// ready reports whether all jobs that j needs have a result.
func (d *delivery) ready(j *actionlint.Job) bool {
	return !slices.ContainsFunc(j.Needs, func(need *actionlint.String) bool { return d.results[strings.ToLower(need.Value)] == "" })
}

// before returns the results of all jobs that j needs, and that those need.
func (d *delivery) before(j *actionlint.Job) []string {
	seen, all := map[string]bool{}, []string(nil)
	var visit func(*actionlint.Job)
	visit = func(j *actionlint.Job) {
		for _, need := range j.Needs {
			id := strings.ToLower(need.Value)
			if other := d.workflow.Jobs[id]; other != nil && !seen[id] {
				seen[id] = true
				all = append(all, d.results[id])
				visit(other)
			}
		}
	}
	visit(j)
	return all
}

func (d *delivery) job(j *actionlint.Job) string {
	id := strings.ToLower(j.ID.Value)
	s := d.base()
	needs := map[string]any{}
	for _, need := range j.Needs {
		id := strings.ToLower(need.Value)
		needs[need.Value] = map[string]any{"result": d.results[id], "outputs": d.outputs[id]}
	}
	s = s.with("needs", needs)
	s.status = func(name string) bool {
		before := d.before(j)
		switch name {
		case cancelled:
			return d.cancelled
		case failure:
			return !d.cancelled && slices.Contains(before, failure)
		}
		return !d.cancelled && !slices.ContainsFunc(before, func(result string) bool { return result != success })
	}
	wanted, err := s.condition(j.If)
	if err != nil {
		return d.fail(j.Pos, err)
	}
	seen := job{ID: j.ID.Value, Line: j.Pos.Line, Result: skipped, Permissions: permissions(d.workflow.Permissions)}
	if j.Permissions != nil {
		seen.Permissions = permissions(j.Permissions)
	}
	if !wanted {
		if d.cancelled {
			seen.Result = cancelled
		}
		d.run.Jobs = append(d.run.Jobs, seen)
		return seen.Result
	}
	combinations, err := matrix(j)
	if err != nil {
		return d.fail(j.Pos, err)
	}
	result := success
	for n, combination := range combinations {
		one := seen
		key := id
		if len(combinations) > 1 {
			key += "-" + strconv.Itoa(n+1)
		}
		one.Result = d.instance(j, key, s.with("matrix", combination).with("strategy", map[string]any{
			"job-index": float64(n), "job-total": float64(len(combinations)), "fail-fast": true,
		}), &one)
		d.run.Jobs = append(d.run.Jobs, one)
		if one.Result != success {
			result = one.Result
			break
		}
	}
	return result
}

// instance runs a job for one combination of its matrix. Its result is what other jobs see.
func (d *delivery) instance(j *actionlint.Job, key string, s scope, seen *job) string {
	var err error
	if j.Environment != nil && j.Environment.Name != nil {
		if seen.Environment, err = s.text(j.Environment.Name.Value); err != nil {
			return d.fail(j.Pos, err)
		}
	}
	if j.Concurrency != nil {
		seen.Concurrency = d.concurrent(j.Concurrency, s)
	}
	if j.TimeoutMinutes != nil {
		seen.Minutes = j.TimeoutMinutes.Value
		if j.TimeoutMinutes.Expression != nil {
			value, err := s.value(j.TimeoutMinutes.Expression.Value)
			if err != nil {
				return d.fail(j.Pos, err)
			}
			seen.Minutes = toNumber(value)
		}
	}
	if j.Services != nil {
		for _, service := range j.Services.Value {
			if service.Container != nil && service.Container.Image != nil {
				seen.Services = append(seen.Services, service.Container.Image.Value)
			}
		}
	}
	tolerated := d.boolean(j.ContinueOnError, s, j.Pos)
	if d.scenario.Plan {
		return success
	}
	secrets := map[string]any{}
	for _, of := range []string{"", seen.Environment} {
		for name, value := range d.scenario.Secrets[of] {
			secrets[name] = value
		}
	}
	m := &machine{delivery: d, job: j, key: key, state: success, steps: map[string]any{}, dir: filepath.Join(d.dir, key)}
	for _, dir := range []string{m.workspace(), m.temp()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return d.fail(j.Pos, err)
		}
	}
	result := m.perform(s.with("secrets", secrets))
	if result == failure && !tolerated && !d.cancelled {
		d.run.Conclusion = failure
	}
	if result == failure && tolerated {
		return success // for those that need it, and for the run
	}
	return result
}

func permissions(p *actionlint.Permissions) map[string]string {
	switch {
	case p == nil:
		return nil
	case p.All != nil:
		return map[string]string{"all": p.All.Value}
	}
	all := map[string]string{}
	for name, scope := range p.Scopes {
		all[name] = scope.Value.Value
	}
	return all
}

// matrix returns the combinations of a job's matrix; without one there is one that is empty.
func matrix(j *actionlint.Job) ([]map[string]any, error) {
	all := []map[string]any{{}}
	if j.Strategy == nil || j.Strategy.Matrix == nil {
		return all, nil
	}
	m := j.Strategy.Matrix
	if m.Expression != nil || m.Exclude != nil {
		return nil, fmt.Errorf("a matrix with an expression or with exclude is not supported here")
	}
	for _, name := range slices.Sorted(maps.Keys(m.Rows)) {
		row := m.Rows[name]
		if row.Expression != nil {
			return nil, fmt.Errorf("a matrix with an expression is not supported here")
		}
		var next []map[string]any
		for _, combination := range all {
			for _, value := range row.Values {
				extended := maps.Clone(combination)
				extended[row.Name.Value] = plain(value)
				next = append(next, extended)
			}
		}
		all = next
	}
	if m.Include == nil {
		return all, nil
	}
	if len(m.Rows) == 0 {
		all = nil
	}
	for _, combination := range m.Include.Combinations {
		included := map[string]any{}
		for _, assign := range combination.Assigns {
			included[assign.Key.Value] = plain(assign.Value)
		}
		all = append(all, included)
	}
	return all, nil
}

func plain(value actionlint.RawYAMLValue) any {
	switch v := value.(type) {
	case *actionlint.RawYAMLString:
		return v.Value
	case *actionlint.RawYAMLArray:
		var all []any
		for _, element := range v.Elems {
			all = append(all, plain(element))
		}
		return all
	case *actionlint.RawYAMLObject:
		all := map[string]any{}
		for name, element := range v.Props {
			all[name] = plain(element)
		}
		return all
	}
	return nil
}

// unsupported names what is in the workflow and cannot be run here.
func unsupported(w *actionlint.Workflow) string {
	for _, j := range w.Jobs {
		if j.WorkflowCall != nil {
			return fmt.Sprintf("line %d: the job %s calls another workflow", j.Pos.Line, j.ID.Value)
		}
		for _, step := range j.Steps {
			if action, ok := step.Exec.(*actionlint.ExecAction); ok && strings.HasPrefix(action.Uses.Value, "./") {
				return fmt.Sprintf("line %d: a step uses an action of the repository, %s", step.Pos.Line, action.Uses.Value)
			}
			script, ok := step.Exec.(*actionlint.ExecRun)
			if shell := shellOf(w, j, script); ok && shell != "" && !slices.Contains([]string{"bash", "sh"}, strings.Fields(shell)[0]) {
				return fmt.Sprintf("line %d: a step runs in the shell %q", step.Pos.Line, shell)
			}
		}
	}
	return ""
}

func shellOf(w *actionlint.Workflow, j *actionlint.Job, step *actionlint.ExecRun) string {
	shell := ""
	for _, defaults := range []*actionlint.Defaults{w.Defaults, j.Defaults} {
		if defaults != nil && defaults.Run != nil && defaults.Run.Shell != nil {
			shell = defaults.Run.Shell.Value
		}
	}
	if step != nil && step.Shell != nil {
		shell = step.Shell.Value
	}
	return shell
}
