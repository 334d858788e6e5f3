package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

func steps(t *check.T) {
	r := good(t)
	t.Step("push the next commit, and open a pull request")
	runs := perform(t, push(1), push(2), pullRequest(7, 3, false))
	base(t, r, sha(0), "what main was before the push")
	if pull := runs[2]; pull.Started {
		base(t, pull, sha(0), "the commit that the pull request is based on")
	}
	database(t, r)
	registry(t, r, runs[1])
	commit(t, r)
	for _, c := range find(r, "make deploy") {
		t.True(c.Env["PROMETHEUS_URL"] == prometheus && c.Env["OVERLAY"] == "prod", check.Failure{
			ID: "deploy-needs", Sentence: "make deploy does not have what it needs", Expected: "OVERLAY=prod, and PROMETHEUS_URL as in the variable PROMETHEUS_URL",
			Seen: fmt.Sprintf("OVERLAY=%q, PROMETHEUS_URL=%q", c.Env["OVERLAY"], c.Env["PROMETHEUS_URL"]),
			Why:  "Without the service level there is no canary, only a deploy that is slow.",
		})
	}
}

// find returns the calls with that text.
func find(r run, text string) (all []call) {
	for _, c := range r.Calls {
		if c.String() == text {
			all = append(all, c)
		}
	}
	return all
}

// base looks at the commit that migrations are compared with, and whether git knows it.
func base(t *check.T, r run, want, what string) {
	for _, c := range find(r, "make migration-safety") {
		if c.Env["BASE"] != want {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "base", Sentence: "make migration-safety compares with another commit than production runs", Expected: fmt.Sprintf("BASE=%s, %s", want, what),
				Seen: fmt.Sprintf("BASE=%q", c.Env["BASE"]), Why: "Migrations that production has are judged again, or new ones are taken for old and not judged.",
			})
		}
		history := slices.ContainsFunc(r.Calls, func(other call) bool {
			return other.Job == c.Job && (other.action() == "actions/checkout" && other.Inputs["fetch-depth"] == "0" ||
				strings.HasPrefix(other.String(), "git fetch"))
		})
		if !history {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "history", Sentence: "git does not know the commit that make migration-safety compares with",
				Expected: "a checkout with fetch-depth: 0 in the job " + c.Job, Seen: "a checkout of one commit",
				Why: "actions/checkout fetches one commit, and BASE is an older one.",
			})
		}
	}
}

func database(t *check.T, r run) {
	for _, c := range find(r, "make migration-safety") {
		started := slices.ContainsFunc(r.Calls, func(other call) bool {
			place, ok := rank(other)
			return ok && place == 2.5 && other.Job == c.Job
		})
		for _, j := range r.Jobs {
			if strings.EqualFold(j.ID, c.Job) {
				started = started || slices.ContainsFunc(j.Services, func(image string) bool { return strings.Contains(image, "postgres") })
			}
		}
		if !started || c.Env["STAGECRAFT_POSTGRES_URL"] == "" {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "no-database", Sentence: "make migration-safety has no PostgreSQL",
				Expected: "docker compose up … postgres before it, or a service, in its job, and its address in STAGECRAFT_POSTGRES_URL",
				Seen:     fmt.Sprintf("started: %t; STAGECRAFT_POSTGRES_URL=%q", started, c.Env["STAGECRAFT_POSTGRES_URL"]),
				Why:      "Migrations are judged on a filled database.",
			})
		}
	}
}

// registry looks at the names of the images: those that are pushed are deployed, and each commit has its own.
func registry(t *check.T, r, next run) {
	name := func(c call) string { return c.Env["REGISTRY"] + "/SERVICE:" + c.Env["TAG"] }
	deploy := find(r, "make deploy")[0]
	for _, text := range []string{"make images", "make push"} {
		for _, c := range find(r, text) {
			if name(c) != name(deploy) || c.Env["TAG"] == "" || c.Env["REGISTRY"] == "" {
				t.FailAt(workflow, c.Line, check.Failure{
					ID: "other-image", Sentence: fmt.Sprintf("%q and %q are about different images", text, "make deploy"), Expected: "the same REGISTRY and TAG",
					Seen: fmt.Sprintf("%s: %s\nmake deploy: %s", text, name(c), name(deploy)), Why: "What is deployed must be what was tested.",
				})
			}
		}
	}
	if following := find(next, "make deploy"); len(following) > 0 && following[0].Env["TAG"] == deploy.Env["TAG"] {
		t.FailAt(workflow, deploy.Line, check.Failure{
			ID: "same-tag", Sentence: "two commits have images with the same tag", Expected: "a TAG that each commit has for itself, such as its hash",
			Seen: fmt.Sprintf("TAG=%q for both", deploy.Env["TAG"]),
			Why:  "Kubernetes sees no change in a tag that stays, so nothing is deployed; and what is rolled back to has the new image.",
		})
	}
	for _, c := range find(r, "make push") {
		login := slices.ContainsFunc(r.Calls, func(other call) bool {
			place, ok := rank(other)
			return other.Job == c.Job && (ok && place == 4.5 && strings.TrimSpace(other.Stdin) == token ||
				other.action() == "docker/login-action" && other.Inputs["password"] == token)
		})
		if !login {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "no-login", Sentence: "make push is not logged in to the registry",
				Expected: "docker login with --password-stdin, or docker/login-action, in the job " + c.Job + ", with the secret GITHUB_TOKEN",
				Seen:     "no login in this job that got the token on its standard input", Why: "The registry refuses images of strangers. Arguments are seen by every process of the machine.",
			})
		}
	}
}

// commit looks at what the jobs check out: the commit that the run is about.
func commit(t *check.T, r run) {
	for _, c := range r.Calls {
		ref := c.Inputs["ref"]
		if c.action() == "actions/checkout" && c.Inputs["repository"] == "" && ref != "" && ref != sha(1) {
			t.FailAt(workflow, c.Line, check.Failure{
				ID: "other-commit", Sentence: fmt.Sprintf("the job %s works on another commit than the run is about", c.Job), Expected: "a checkout without ref, or of github.sha",
				Seen: "ref: " + ref, Why: "A branch moves on while the run goes on: what is deployed is then not what was tested.",
			})
		}
	}
}
