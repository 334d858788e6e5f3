package images

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

func start(t *check.T) {
	all := builds(t)
	t.Step("look at what a container of each image starts")
	for _, i := range all.first {
		entry := i.Config.Entrypoint
		seen := fmt.Sprintf("ENTRYPOINT %q, CMD %q", entry, i.Config.Cmd)
		expected := fmt.Sprintf("ENTRYPOINT [\"/%s\"], or another path of the program", i.name)
		t.True(len(entry) > 0, check.Failure{
			ID: "no-entrypoint", Sentence: fmt.Sprintf("the image %s has no ENTRYPOINT", i.name), Expected: expected, Seen: seen,
			Why: "The args of a manifest are added to the ENTRYPOINT, and replace CMD: the Job would try to run /migrations/order.",
		})
		t.True(!isShell(entry[0]) && !slices.Contains(entry, "-c"), check.Failure{
			ID: "shell-form", Sentence: fmt.Sprintf("a shell is the first process of the image %s", i.name), Expected: expected, Seen: seen,
			Why: "Kubernetes sends SIGTERM to the first process. A shell does not pass it on, and after 30 seconds the program is killed with its requests.",
		})
		at := i.resolve(entry[0])
		found := slices.IndexFunc(i.Files, func(f file) bool { return f.Path == at && f.Program != nil && f.Program.Package == packages[i.name] })
		t.True(found >= 0, check.Failure{
			ID: "not-program", Sentence: fmt.Sprintf("the image %s starts something else than its program", i.name), Expected: expected, Seen: seen + "\n" + i.show(),
			Why: "The container ends at once, or the signal to stop reaches another process than the program.",
		})
		t.True(len(entry) == 1 && len(i.Config.Cmd) == 0, check.Failure{
			ID: "arguments", Sentence: fmt.Sprintf("the image %s starts its program with arguments", i.name), Expected: expected + ", without CMD", Seen: seen,
			Why: "Arguments and settings come from the manifest: the same image runs everywhere.",
		})
		t.True(slices.Contains([]string{"", "SIGTERM", "TERM", "15"}, i.Config.StopSignal), check.Failure{
			ID: "signal", Sentence: fmt.Sprintf("the image %s is stopped by another signal", i.name), Expected: "SIGTERM, which is the default", Seen: "STOPSIGNAL " + i.Config.StopSignal,
			Why: "The programs finish their requests at SIGTERM.",
		})
	}
}

func isShell(command string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "dash", "busybox", "env"}, path.Base(command))
}

// resolve returns the path that a command of the image has.
func (i image) resolve(command string) string {
	at := command
	if !strings.Contains(command, "/") {
		for dir := range strings.SplitSeq(i.variable("PATH"), ":") {
			full := path.Join("/", dir, command)
			if slices.ContainsFunc(i.Files, func(f file) bool { return f.Path == full && f.Kind != "dir" }) {
				at = full
				break
			}
		}
	}
	if !path.IsAbs(at) {
		at = path.Join("/", i.Config.Dir, at)
	}
	for range 10 { // symbolic links
		link := slices.IndexFunc(i.Files, func(f file) bool { return f.Path == path.Clean(at) && f.Kind == "link" })
		if link < 0 {
			break
		}
		target := i.Files[link].Link
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(at), target)
		}
		at = target
	}
	return path.Clean(at)
}
