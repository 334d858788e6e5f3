package images

import (
	"fmt"
	"regexp"
	"strings"

	"stagecraft/checker/internal/check"
)

var (
	twoNumbers   = regexp.MustCompile(`^v?\d+\.\d+`)
	threeNumbers = regexp.MustCompile(`^v?\d+\.\d+\.\d+`)
)

func origin(t *check.T) {
	all := builds(t)
	t.Step("look at the bases of each image, and its labels")
	for _, i := range all.first {
		for _, s := range i.Sources {
			if wrong, expected := unpinned(s.Ref); wrong {
				t.FailAt(dockerfile, s.Line, check.Failure{
					ID: "unpinned", Sentence: "a base image can be another one tomorrow", Expected: expected, Seen: s.Ref,
					Why: "The same commit gives other images after an update that no one has reviewed.",
				})
			}
		}
		for name, want := range map[string]string{"org.opencontainers.image.version": version, "org.opencontainers.image.revision": revision} {
			t.True(i.Config.Labels[name] == want, check.Failure{
				ID: "labels", Sentence: fmt.Sprintf("the label %s of the image %s is not the build argument", name, i.name),
				Expected: fmt.Sprintf("%q, which was given as --build-arg", want), Seen: fmt.Sprintf("%q", i.Config.Labels[name]),
				Why: "Who looks at a running container has to find the commit. ARG is only known in the stage in which it is declared, and in those built on it.",
			})
		}
	}
}

// unpinned reports whether the name can lead to another image, and what is expected of it.
func unpinned(ref string) (bool, string) {
	if strings.Contains(ref, "@sha256:") {
		return false, ""
	}
	name, tag, _ := strings.Cut(ref[strings.LastIndex(ref, "/")+1:], ":")
	switch {
	case strings.Contains(name, "-debian"): // distroless: the name has the version
		return tag == "" || strings.HasPrefix(tag, "latest"), "a tag that is not latest, such as nonroot, or a digest"
	case name == "golang" || name == "alpine":
		return !threeNumbers.MatchString(tag), "a tag with all three numbers of the version, or a digest"
	}
	return !twoNumbers.MatchString(tag), "a tag with at least two numbers of the version, or a digest"
}
