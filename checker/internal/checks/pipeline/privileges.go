package pipeline

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

var pinned = regexp.MustCompile(`^[^@\s]+@[0-9a-f]{40}$|^docker://[^@\s]+@sha256:[0-9a-f]{64}$`)

func privileges(t *check.T) {
	r := good(t)
	t.Step("look at the actions")
	for _, use := range ask(t, []scenario{push(1)}).Uses {
		if !pinned.MatchString(use.Action) {
			t.FailAt(workflow, use.Line, check.Failure{
				ID: "unpinned", Sentence: "an action is not pinned: " + use.Action, Expected: "the 40 digits of a commit after the @, the version in a comment", Seen: use.Action,
				Why: "A tag can be moved. In March 2025 all tags of tj-actions/changed-files led to a commit that printed the secrets of its users.",
			})
		}
	}
	scenarios := []scenario{push(1), pullRequest(7, 3, false)}
	for i, r := range append([]run{r}, perform(t, scenarios[1])...) {
		t.Step("look at what the token of each job may do, for %s", scenarios[i].title)
		for _, j := range r.Jobs {
			allowed(t, r, j)
		}
		for _, c := range r.Calls {
			if c.action() == "actions/checkout" && c.Inputs["persist-credentials"] != "false" {
				t.FailAt(workflow, c.Line, check.Failure{
					ID: "persisted", Sentence: "a checkout leaves the job's token in .git/config", Expected: "persist-credentials: false",
					Seen: fmt.Sprintf("persist-credentials: %q in the job %s", c.Inputs["persist-credentials"], c.Job),
					Why:  "Every later command of the job, and every archive of the directory, has the token then.",
				})
			}
		}
	}
}

// allowed compares what the token of a job may do with what the job does.
func allowed(t *check.T, r run, j job) {
	if j.Permissions == nil {
		t.FailAt(workflow, j.Line, check.Failure{
			ID: "default-token", Sentence: fmt.Sprintf("what the token of the job %s may do depends on the settings of the repository", j.ID),
			Expected: "permissions of the workflow or of the job", Seen: "none", Why: "In many repositories the default is to write everything.",
		})
	}
	pushes := slices.ContainsFunc(r.Calls, func(c call) bool { return ofJob(c, j) && c.String() == "make push" })
	for _, scope := range slices.Sorted(maps.Keys(j.Permissions)) {
		value := j.Permissions[scope]
		fits := value == "none" || scope == "contents" && value == "read" || scope == "packages" && value == "write" && pushesEver(t, j)
		if !fits {
			t.FailAt(workflow, j.Line, check.Failure{
				ID: "too-much", Sentence: fmt.Sprintf("the token of the job %s can do more than the job needs", j.ID),
				Expected: "contents: read, and packages: write in the job that pushes the images", Seen: fmt.Sprintf("%s: %s", scope, value),
				Why: "A test, a linter or one of their dependencies can use the token for all that it may do.",
			})
		}
	}
	t.True(!pushes || j.Permissions["packages"] == "write", check.Failure{
		ID: "cannot-push", Sentence: fmt.Sprintf("the job %s cannot push the images", j.ID), Expected: "packages: write", Seen: fmt.Sprint(j.Permissions),
		Why: "The registry refuses a token that may only read. A job that names permissions has no others.",
	})
}

// pushesEver reports whether the job is the one that pushes images for a push to main.
func pushesEver(t *check.T, j job) bool {
	return slices.ContainsFunc(perform(t, push(1))[0].Calls, func(c call) bool { return ofJob(c, j) && c.String() == "make push" })
}

// ofJob reports whether a call was made by the job, or by one of a matrix.
func ofJob(c call, j job) bool {
	return strings.EqualFold(c.Job, j.ID) || regexp.MustCompile(`^`+regexp.QuoteMeta(strings.ToLower(j.ID))+`-\d+$`).MatchString(c.Job)
}
