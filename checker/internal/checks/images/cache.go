package images

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

func caches(t *check.T) {
	all := builds(t)
	t.Step("build the six images one after the other")
	downloads := map[string][]string{}
	for _, i := range all.first {
		for _, s := range i.fresh() {
			for _, what := range s.Downloads {
				if !slices.Contains(downloads[what], i.name) {
					downloads[what] = append(downloads[what], i.name)
				}
			}
		}
	}
	if names := downloads["modules"]; len(names) > 1 {
		t.Fail(check.Failure{
			ID: "each-image", Sentence: "the modules are downloaded more than once for the six images", Expected: "one download, which all images share",
			Seen: "downloads for " + strings.Join(names, ", "), Why: "A RUN runs again when an ARG of its stage has another value. All programs are one module.",
		})
	}
	change := func(n int, id, what string, bad func(step) string, why string) {
		for _, s := range all.cached[n].fresh() {
			if seen := bad(s); seen != "" {
				t.FailAt(dockerfile, s.Line, check.Failure{
					ID: id, Sentence: what, Expected: "this layer comes from the cache", Seen: fmt.Sprintf("RUN %s\n%s", s.Text, seen), Why: why,
				})
			}
		}
	}
	loads := func(s step) string {
		if len(s.Downloads) == 0 {
			return ""
		}
		return "downloads again: " + strings.Join(s.Downloads, ", ")
	}
	works := func(s step) string {
		if len(s.Builds) > 0 {
			return "compiles again: " + strings.Join(s.Builds, ", ")
		}
		return loads(s)
	}
	t.Step("change %s, and build again", sourceFile)
	change(1, "downloads", "a change of the source downloads something again", loads,
		"A layer is made again when one of the files before it has changed. Dependencies change less often than the code.")
	rebuilt := false
	for _, s := range all.cached[1].fresh() {
		rebuilt = rebuilt || len(s.Builds) > 0
	}
	t.True(rebuilt, check.Failure{
		ID: "stale", Sentence: "a change of the source does not get into the image", Expected: "go build runs again after " + sourceFile + " has changed",
		Seen: "all layers come from the cache", Why: "The image would have the old program.",
	})
	t.Step("change documents, manifests and tests, and build again")
	change(2, "documents", "a change of documents, manifests and tests compiles the programs again", works,
		"They are in the build context, so a COPY before the compilation reads them.")
	t.Step("build the next commit, which has the same source")
	change(3, "commit", "another VERSION and REVISION compile the programs again", works,
		"A RUN runs again when an ARG that is declared before it in its stage has another value.")
}

// fresh are the steps that did not come from the cache.
func (i image) fresh() (all []step) {
	for _, s := range i.Steps {
		if !s.Cached {
			all = append(all, s)
		}
	}
	return all
}
