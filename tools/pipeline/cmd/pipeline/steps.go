package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rhysd/actionlint"
)

// patience is for one script; its commands do nothing.
const patience = time.Minute

// machine runs one job. It begins without any file, as a runner of GitHub does.
type machine struct {
	*delivery
	job   *actionlint.Job
	key   string
	state string
	steps map[string]any
	env   map[string]string
	path  []string
	dir   string
	ended bool // the run was cancelled during this job; one that begins later, because its condition says so, is an ordinary job
}

func (m *machine) workspace() string { return filepath.Join(m.dir, "work") }
func (m *machine) temp() string      { return filepath.Join(m.dir, "temp") }

func (m *machine) perform(s scope) string {
	github := maps.Clone(m.scenario.Github)
	github["workspace"], github["job"] = m.workspace(), m.job.ID.Value
	s = s.with("github", github)
	m.env = map[string]string{}
	for _, env := range []*actionlint.Env{m.workflow.Env, m.job.Env} {
		if err := m.add(m.env, env, s.with("env", texts(m.env))); err != nil {
			return m.fail(m.job.Pos, err)
		}
	}
	s.status = func(name string) bool {
		if name == cancelled {
			return m.ended
		}
		return !m.ended && m.state == name
	}
	s.hashFiles = func(patterns []string) string { return hashFiles(m.workspace(), patterns) }
	for _, step := range m.job.Steps {
		state := m.state
		if m.ended {
			state = cancelled
		}
		s = s.with("steps", m.steps).with("job", map[string]any{"status": state}).with("env", texts(m.env)).
			with("runner", map[string]any{"os": "Linux", "arch": "X64", "temp": m.temp(), "environment": "github-hosted", "name": "runner"})
		if err := m.step(step, s); err != nil {
			return m.fail(step.Pos, err)
		}
	}
	if m.state == success {
		outputs := map[string]any{}
		for _, output := range m.job.Outputs {
			value, err := s.with("steps", m.steps).text(output.Value.Value)
			if err != nil {
				return m.fail(m.job.Pos, err)
			}
			outputs[output.Name.Value] = value
		}
		m.outputs[strings.ToLower(m.job.ID.Value)] = outputs
	}
	if m.ended && m.state == success {
		return cancelled
	}
	return m.state
}

func texts(env map[string]string) map[string]any {
	all := map[string]any{}
	for name, value := range env {
		all[name] = value
	}
	return all
}

func (m *machine) add(env map[string]string, more *actionlint.Env, s scope) error {
	if more == nil {
		return nil
	}
	if more.Expression != nil {
		return fmt.Errorf("an env that is one expression is not supported here")
	}
	for _, variable := range more.Vars {
		value, err := s.text(variable.Value.Value)
		if err != nil {
			return err
		}
		env[variable.Name.Value] = value
	}
	return nil
}

func (m *machine) step(step *actionlint.Step, s scope) error {
	wanted, err := s.condition(step.If)
	if err != nil {
		return err
	}
	outcome, conclusion, outputs := skipped, skipped, map[string]any{}
	if wanted {
		env := maps.Clone(m.env)
		if err := m.add(env, step.Env, s); err != nil {
			return err
		}
		s = s.with("env", texts(env))
		switch run := step.Exec.(type) {
		case *actionlint.ExecRun:
			outcome, err = m.script(step, run, env, s, outputs)
		case *actionlint.ExecAction:
			outcome, err = m.action(step, run, env, s, outputs)
		}
		if err != nil {
			return err
		}
		conclusion = outcome
		if outcome == failure && m.boolean(step.ContinueOnError, s, step.Pos) {
			conclusion = success
		}
		if conclusion == failure {
			m.state = failure
		}
	}
	if step.ID != nil {
		m.steps[step.ID.Value] = map[string]any{"outcome": outcome, "conclusion": conclusion, "outputs": outputs}
	}
	return nil
}

// action does what others see of an action: the files of a checkout, the outputs of a cache.
func (m *machine) action(step *actionlint.Step, action *actionlint.ExecAction, env map[string]string, s scope, outputs map[string]any) (string, error) {
	seen := call{Job: m.key, Line: step.Pos.Line, Command: "uses", Uses: action.Uses.Value, Env: env, Inputs: map[string]string{}}
	for name, input := range action.Inputs {
		value, err := s.text(input.Value.Value)
		if err != nil {
			return "", err
		}
		seen.Inputs[strings.ToLower(name)] = value
	}
	m.run.Calls = append(m.run.Calls, seen)
	switch name, _, _ := strings.Cut(strings.ToLower(action.Uses.Value), "@"); name {
	case "actions/checkout":
		return success, checkOut(filepath.Join(m.workspace(), filepath.FromSlash(seen.Inputs["path"])), m.scenario.Version)
	case "actions/cache", "actions/cache/restore", "actions/setup-go":
		outputs["cache-hit"] = fmt.Sprint(m.scenario.Cached)
		outputs["cache-matched-key"] = ""
		if m.scenario.Cached {
			outputs["cache-matched-key"] = seen.Inputs["key"]
		}
	}
	return success, nil
}

func (m *machine) script(
	step *actionlint.Step, source *actionlint.ExecRun, env map[string]string, s scope, outputs map[string]any,
) (string, error) {
	text, err := s.text(source.Run.Value)
	if err != nil {
		return "", err
	}
	m.run.Scripts = append(m.run.Scripts, script{Job: m.key, Line: step.Pos.Line, Text: text})
	dir := m.workspace()
	for _, defaults := range []*actionlint.Defaults{m.workflow.Defaults, m.job.Defaults} {
		if defaults != nil && defaults.Run != nil && defaults.Run.WorkingDirectory != nil {
			dir = filepath.Join(m.workspace(), filepath.FromSlash(defaults.Run.WorkingDirectory.Value))
		}
	}
	if source.WorkingDirectory != nil {
		dir = filepath.Join(m.workspace(), filepath.FromSlash(source.WorkingDirectory.Value))
	}
	files := map[string]string{}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		files[name] = filepath.Join(m.dir, strings.ToLower(name))
		if err := os.WriteFile(files[name], nil, 0o644); err != nil {
			return "", err
		}
	}
	file := filepath.Join(m.temp(), "script.sh")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return "", err
	}
	all := m.environment(env, files)
	seen, ok := m.shell(shellOf(m.workflow, m.job, source), file, dir, all)
	for _, one := range seen {
		one.Job, one.Line = m.key, step.Pos.Line
		m.run.Calls = append(m.run.Calls, one)
	}
	maps.Copy(outputs, texts(pairs(files["GITHUB_OUTPUT"])))
	maps.Copy(m.env, pairs(files["GITHUB_ENV"]))
	if path, err := os.ReadFile(files["GITHUB_PATH"]); err == nil {
		m.path = append(m.path, strings.Fields(string(path))...)
	}
	switch {
	case m.commands.cancelled() && !m.cancelled:
		m.cancelled, m.ended = true, true
		return cancelled, nil
	case ok:
		return success, nil
	}
	return failure, nil
}

// environment is that of a script: of the runner, of the workflow, and the files by which steps pass on values.
func (m *machine) environment(env, files map[string]string) []string {
	all := map[string]string{
		"HOME": m.temp(), "RUNNER_TEMP": m.temp(), "RUNNER_OS": "Linux", "GITHUB_WORKSPACE": m.workspace(), "GITHUB_ACTIONS": "true", "CI": "true",
		"LANG": "C.UTF-8", "GITHUB_JOB": m.job.ID.Value,
	}
	for name, value := range m.scenario.Github {
		if text, ok := value.(string); ok && name != "token" {
			all["GITHUB_"+strings.ToUpper(name)] = text
		}
	}
	maps.Copy(all, env)
	maps.Copy(all, files)
	path := m.commands.bin + string(os.PathListSeparator) + os.Getenv("PATH")
	if extra := strings.Join(m.path, string(os.PathListSeparator)); extra != "" {
		path += string(os.PathListSeparator) + extra
	}
	all["PATH"] = path
	var list []string
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	return list
}

func (m *machine) shell(shell, file, dir string, env []string) (seen []call, ok bool) {
	args := []string{"bash", "-e", file}
	switch {
	case shell == "bash":
		args = []string{"bash", "--noprofile", "--norc", "-eo", "pipefail", file}
	case shell == "sh":
		args = []string{"sh", "-e", file}
	case shell != "":
		args = strings.Fields(strings.ReplaceAll(shell, "{0}", file))
	}
	ctx, cancel := context.WithTimeout(m.ctx, patience)
	defer cancel()
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Dir, command.Env = dir, env
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	err := command.Run()
	return m.commands.recorded(), err == nil
}

// pairs reads NAME=value and NAME<<END … END.
func pairs(file string) map[string]string {
	all := map[string]string{}
	opened, err := os.Open(file)
	if err != nil {
		return all
	}
	defer opened.Close()
	lines := bufio.NewScanner(opened)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, simple := strings.Cut(lines.Text(), "=")
		block, end, several := strings.Cut(lines.Text(), "<<")
		switch {
		case simple && (!several || len(name) < len(block)):
			all[name] = value
		case several:
			var text []string
			for lines.Scan() && lines.Text() != end {
				text = append(text, lines.Text())
			}
			all[block] = strings.Join(text, "\n")
		}
	}
	return all
}
