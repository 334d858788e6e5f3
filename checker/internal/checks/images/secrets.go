package images

import (
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

func secrets(t *check.T) {
	all := builds(t)
	t.Step("leave keys, variables and the repository beside the source, and look for them")
	for _, i := range append(slices.Clone(all.first), all.arm...) {
		for _, l := range i.Leaks {
			t.FailAt(dockerfile, l.Line, check.Failure{
				ID: "layer", Sentence: "a secret is in a layer", Expected: "no layer, of any stage, with a secret", Seen: l.Path,
				Why: "A later layer that deletes a file only hides it. Layers of all stages are in the cache that is pushed for other machines.",
			})
		}
	}
	names := planted()
	var found []string
	for _, name := range all.Context {
		if _, is := names[name]; is || strings.HasPrefix(name, ".git/") {
			found = append(found, name)
		}
	}
	t.True(len(found) == 0, check.Failure{
		ID: "context", Sentence: "the builder is sent files with secrets", Expected: "no .git, and no *.env and *.pem in any directory", Seen: some(found),
		Why: "The next COPY that is too wide puts them into a layer, and a builder on another machine has them already.",
	})
}
