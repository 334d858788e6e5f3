package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

func secrets(t *check.T) {
	good(t)
	failing := push(1)
	failing.title, failing.Fail = "a push to main whose deploy fails", "make deploy"
	scenarios := []scenario{push(1), failing, pullRequest(7, 3, false), pullRequest(8, 4, true)}
	others := slices.DeleteFunc(otherEvents(), func(s scenario) bool { return s.Event == "push" })
	runs := perform(t, append(scenarios, others...)...)
	for i, s := range append(scenarios, others...) {
		t.Step("look for secrets and foreign text in all that runs for %s", s.title)
		r := runs[i]
		for _, one := range r.Scripts {
			for _, forbidden := range []struct{ what, text string }{
				{"a text that strangers choose", "pwned"}, {"the token", token}, {"the secret KUBECONFIG", strings.TrimSpace(kubeconfig)},
			} {
				if strings.Contains(one.Text, forbidden.text) {
					t.FailAt(workflow, one.Line, check.Failure{
						ID: "injected", Sentence: fmt.Sprintf("%s becomes a part of a script, for %s", forbidden.what, s.title),
						Expected: "the value in a variable of the step's env, and \"$VARIABLE\" in the script", Seen: excerpt(one.Text, forbidden.text),
						Why: "GitHub replaces ${{ … }} before the shell reads the script. A title such as $(curl … | sh) is run.",
					})
				}
			}
		}
		for _, c := range r.Calls {
			exposed(t, s, c)
		}
	}
	t.Step("look at the file with the access to the cluster")
	for _, c := range find(runs[0], "make deploy") {
		if strings.TrimSpace(c.Kubeconfig) != strings.TrimSpace(kubeconfig) {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "no-kubeconfig", Sentence: "make deploy cannot reach the cluster", Expected: "KUBECONFIG names a file with the secret KUBECONFIG of the environment production",
				Seen: fmt.Sprintf("KUBECONFIG=%q, environment %q, content %q", c.Env["KUBECONFIG"], environment(runs[0], c), c.Kubeconfig),
				Why:  "Only a job that names an environment gets its secrets.",
			})
		}
		if !strings.HasSuffix(c.Mode, "------") {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "readable", Sentence: "other users of the machine can read the access to the cluster", Expected: "a file with the mode 0600", Seen: c.Mode,
				Why: "The file alone is enough to change production.",
			})
		}
	}
}

func environment(r run, c call) string {
	for _, j := range r.Jobs {
		if ofJob(c, j) {
			return j.Environment
		}
	}
	return ""
}

// exposed fails the check if a call can see a secret that it does not need.
func exposed(t *check.T, s scenario, c call) {
	for _, name := range []string{"GITHUB_TOKEN", "KUBECONFIG"} {
		secret := map[string]string{"GITHUB_TOKEN": token, "KUBECONFIG": strings.TrimSpace(kubeconfig)}[name]
		has := func(text string) bool { return strings.Contains(text, secret) }
		if slices.ContainsFunc(c.Args, has) {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "argument", Sentence: fmt.Sprintf("the secret %s is an argument of a command", name), Expected: "standard input, or a variable", Seen: c.Command + " …",
				Why: "Arguments are in the list of processes, and in many logs.",
			})
		}
		var where []string
		for _, variable := range slices.Sorted(maps.Keys(c.Env)) {
			if has(c.Env[variable]) {
				where = append(where, "variable "+variable)
			}
		}
		for _, input := range slices.Sorted(maps.Keys(c.Inputs)) {
			if has(c.Inputs[input]) && (c.action() != "actions/checkout" || input != "token") {
				where = append(where, "input "+input)
			}
		}
		if name == "KUBECONFIG" && has(c.Kubeconfig) {
			where = append(where, "the file of KUBECONFIG")
		}
		if len(where) == 0 || s.Event == "push" && needs(c, name) {
			continue
		}
		t.FailAt(workflow, c.Line, check.Failure{
			ID: "exposed", Sentence: fmt.Sprintf("%q sees the secret %s, for %s", c.shown(), name, s.title),
			Expected: map[string]string{
				"GITHUB_TOKEN": "the token in the step that pushes images, for a push to main", "KUBECONFIG": "the secret in the step that deploys, for a push to main",
			}[name],
			Seen: strings.Join(where, ", "), Why: "A program of someone else, or a test of a pull request, can send it away. An env of a job is that of all its steps and actions.",
		})
	}
}

func needs(c call, secret string) bool {
	text := c.String()
	if secret == "KUBECONFIG" {
		return text == "make deploy" || c.Command == "kubectl"
	}
	return text == "make push" || strings.HasPrefix(text, "docker login") || c.action() == "docker/login-action"
}

// excerpt is the line of a script with the text, or its first line.
func excerpt(script, text string) string {
	for line := range strings.Lines(script) {
		if first, _, _ := strings.Cut(text, "\n"); strings.Contains(line, first) {
			return strings.TrimSpace(line)
		}
	}
	first, _, _ := strings.Cut(script, "\n")
	return first
}
