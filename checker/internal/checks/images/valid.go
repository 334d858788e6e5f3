package images

import (
	"fmt"

	"stagecraft/checker/internal/check"
)

func valid(t *check.T) {
	all := builds(t)
	t.Step("ask BuildKit's linter")
	for _, f := range all.Lint {
		t.FailAt(dockerfile, f.Line, check.Failure{
			ID: "lint", Sentence: "BuildKit's linter finds something", Expected: "no finding",
			Seen: fmt.Sprintf("%s (%s)", f.Text, f.Rule), Why: "Each rule is a mistake that others have made: https://docs.docker.com/reference/build-checks/.",
		})
	}
	for _, i := range all.first {
		if found := i.programs(); len(found) == 0 {
			t.Fail(check.Failure{
				ID: "no-program", Sentence: fmt.Sprintf("the image %s has no program of the shop", i.name), Expected: "the program of ./" + packages[i.name],
				Seen: i.show(), Why: "Each of the six images runs one program: make images builds them by --target.",
			})
		}
	}
}
