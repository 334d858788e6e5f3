package images

import (
	"fmt"

	"stagecraft/checker/internal/check"
)

func platforms(t *check.T) {
	all := builds(t)
	for _, c := range []struct {
		images           []image
		platform, on     string
		system, hardware string
	}{
		{all.arm, arm, amd, "linux", "arm64"},
		{all.second, amd, arm, "linux", "amd64"},
		{all.first, amd, amd, "linux", "amd64"},
	} {
		t.Step("build for %s on %s", c.platform, c.on)
		for _, i := range c.images {
			for _, f := range i.programs() {
				if f.Program.Arch != c.hardware || f.Program.OS != c.system {
					t.FailAt(dockerfile, f.Program.Line, check.Failure{
						ID: "other-platform", Sentence: fmt.Sprintf("the image %s for %s has a program for another platform", i.name, c.platform),
						Expected: "GOOS and GOARCH of the target", Seen: f.Path + " is for " + f.Program.OS + "/" + f.Program.Arch,
						Why: "The container ends with: exec format error.",
					})
				}
			}
			for _, s := range i.Steps {
				if s.Platform != c.on && len(s.Builds)+len(s.Downloads) > 0 {
					t.FailAt(dockerfile, s.Line, check.Failure{
						ID: "emulated", Sentence: fmt.Sprintf("a build for %s on %s runs its commands in an emulator", c.platform, c.on),
						Expected: "RUN in a stage for the platform of the machine that builds", Seen: fmt.Sprintf("RUN %s, on %s", s.Text, s.Platform),
						Why: "The Go compiler is five to ten times as slow in an emulator, and does not need one: it compiles for every platform.",
					})
				}
			}
		}
	}
}
