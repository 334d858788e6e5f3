package pipeline

import (
	"fmt"
	"maps"
	"strings"
)

const (
	repository = "acme/shop"
	prometheus = "https://prometheus.acme.example"
	token      = "the-token-of-the-run"
	kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{name: deploy, user: {token: \"cluster-admin-$5\"}}]\n"
	// foreign is in every text that a stranger can choose: titles, names of branches, messages.
	foreign = "$(make pwned)"
	// branch is foreign as a branch, whose name has no spaces.
	branch = "fix-$(make${IFS}pwned)"
)

// scenario is an event for the tool, and what is different from the ordinary case.
type scenario struct {
	title string

	Event   string                       `json:"event"`
	Action  string                       `json:"action"`
	Ref     string                       `json:"ref"`
	BaseRef string                       `json:"base_ref"`
	Github  map[string]any               `json:"github"`
	Secrets map[string]map[string]string `json:"secrets"`
	Vars    map[string]string            `json:"vars"`
	Changed []string                     `json:"changed"`
	Version string                       `json:"version"`
	Cached  bool                         `json:"cached"`
	Fail    string                       `json:"fail"`
	Cancel  string                       `json:"cancel"`
	Plan    bool                         `json:"plan"`
}

// sha is the hash of the nth commit.
func sha(n int) string { return fmt.Sprintf("%040x", 0x5eed0000+n) }

// event is one of the given name at the nth commit of the repository itself.
func event(name, ref string, n int, payload map[string]any) scenario {
	_, refName, _ := strings.Cut(strings.TrimPrefix(ref, "refs/"), "/")
	refType := "branch"
	if strings.HasPrefix(ref, "refs/tags/") {
		refType = "tag"
	}
	body := map[string]any{
		"repository": map[string]any{"full_name": repository, "name": "shop", "default_branch": "main", "fork": false},
		"sender":     map[string]any{"login": "mallory"},
	}
	maps.Copy(body, payload)
	return scenario{
		title: name, Event: name, Ref: ref, Version: "1", Changed: []string{"order/db/migrations/20260801090000_add_note.sql"},
		Github: map[string]any{
			"event_name": name, "event": body, "ref": ref, "ref_name": refName, "ref_type": refType, "ref_protected": ref == main, "sha": sha(n),
			"repository": repository, "repository_owner": "acme", "actor": "mallory", "triggering_actor": "mallory", "workflow": "delivery",
			"run_id": fmt.Sprint(1000 + n), "run_number": fmt.Sprint(100 + n), "run_attempt": "1", "head_ref": "", "base_ref": "", "token": token,
			"server_url": "https://github.com", "api_url": "https://api.github.com", "workflow_ref": repository + "/" + workflow + "@" + ref,
		},
		Secrets: map[string]map[string]string{"": {"GITHUB_TOKEN": token}, "production": {"KUBECONFIG": kubeconfig}},
		Vars:    map[string]string{"PROMETHEUS_URL": prometheus},
	}
}

const main = "refs/heads/main"

// push is one of the nth commit to main.
func push(n int) scenario {
	s := pushTo(main, n)
	s.title = "a push to main"
	return s
}

func pushTo(ref string, n int) scenario {
	s := event("push", ref, n, map[string]any{
		"ref": ref, "before": sha(n - 1), "after": sha(n), "pusher": map[string]any{"name": "mallory"},
		"head_commit": map[string]any{"id": sha(n), "message": foreign, "author": map[string]any{"name": foreign, "email": foreign}},
		"commits":     []any{map[string]any{"id": sha(n), "message": foreign}},
	})
	s.title = "a push to " + ref
	return s
}

// pullRequest is the nth commit of a pull request, from the repository itself or from a fork. All forks have a branch of the same name.
func pullRequest(number, n int, fork bool) scenario {
	head := repository
	if fork {
		head = fmt.Sprintf("stranger%d/shop", number)
	}
	ref := fmt.Sprintf("refs/pull/%d/merge", number)
	s := event("pull_request", ref, n, map[string]any{
		"action": "synchronize", "number": float64(number),
		"pull_request": map[string]any{
			"number": float64(number), "title": foreign, "body": foreign, "draft": false, "merged": false, "user": map[string]any{"login": "mallory"},
			"base": map[string]any{"ref": "main", "sha": sha(0), "repo": map[string]any{"full_name": repository, "default_branch": "main"}},
			"head": map[string]any{"ref": branch, "sha": sha(n), "label": foreign, "repo": map[string]any{"full_name": head, "fork": fork, "default_branch": branch}},
		},
	})
	s.title, s.Action, s.BaseRef = "a pull request", "synchronize", "main"
	s.Github["head_ref"], s.Github["base_ref"] = branch, "main"
	if fork { // it gets no secrets
		s.title = "a pull request from a fork"
		s.Secrets = map[string]map[string]string{"": {"GITHUB_TOKEN": token}}
	}
	return s
}
