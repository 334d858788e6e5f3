package monorepo

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

const stage = "stage4-infra"

// programs are those of the images.
var programs = []string{"./order/cmd/order", "./inventory/cmd/inventory", "./wallet/cmd/wallet", "./gateway/cmd/gateway", "./paymentsim/cmd/paymentsim", "./platform/migration/cmd/migrate"}

func shop(t *check.T) {
	split(t)
	t.Step("read go.mod")
	m := moduleFile(t, t.Dir(), "go.mod")
	required, stage := versions(m), versions(stageMod(t))
	if required[errsPath] == "" {
		t.FailAt("go.mod", 0, check.Failure{
			ID: "not-required", Sentence: "the shop does not require the module", Expected: "require " + errsPath + ", and where its code is", Seen: "no such line in go.mod",
			Why: "go.work is for the developer. Without it the go command knows a module by go.mod alone, as in the image.",
		})
	}
	delete(required, errsPath)
	if !maps.Equal(required, stage) || m.Module.Path != shopPath {
		t.FailAt("go.mod", 0, check.Failure{
			ID: "requirements", Sentence: "other lines of go.mod have changed", Expected: "the requirements of the shop as they were, and " + errsPath,
			Seen: difference(stage, required), Why: "A move of a package is no update: what changes in one commit is tested, and taken back, together.",
		})
	}
	for _, r := range m.Replace {
		if r.Old.Path == errsPath && filepath.IsAbs(r.New.Path) {
			t.FailAt("go.mod", 0, check.Failure{
				ID: "absolute", Sentence: "the code of the module is at a place of one machine", Expected: "replace " + errsPath + " => ./" + errsDir, Seen: "=> " + r.New.Path,
				Why: "The image and other developers have the repository at another place.",
			})
		}
	}
	copied := elsewhere(t)
	t.Step("look for each package that a copy of the shop needs, with GOWORK=off")
	text, ok := goIn(t, copied, "off", "list", "-e", "-test", "-deps", "-f", "{{with .Error}}{{.}}{{end}}", "./...")
	if text = strings.TrimSpace(text); !ok || text != "" {
		t.FailAt("go.mod", 0, check.Failure{
			ID: "off", Sentence: "the shop does not build without the workspace", Expected: "GOWORK=off go build ./... succeeds", Seen: brief(text, filepath.Dir(copied)),
			Why: "A build of an image, and of all who have no go.work, sees go.mod and go.sum alone.",
		})
	}
	usesCopy(t, copied, "off", "beside")
}

// usesCopy fails the check unless the shop is built of the errors in the same tree.
func usesCopy(t *check.T, copied, work, id string) {
	text, ok := goIn(t, copied, work, "list", "-f", "{{.Dir}} {{.Module.Path}}", errsPath)
	if want := filepath.Join(copied, errsDir) + " " + errsPath; !ok || strings.TrimSpace(text) != want {
		t.Fail(check.Failure{
			ID: id, Sentence: "the shop is not built of the errors beside it", Expected: "the code in " + errsDir, Seen: brief(text, filepath.Dir(copied)),
			Why: "A change of an error and of its users is one commit: both are compiled and tested together.",
		})
	}
}

func versions(m goMod) map[string]string {
	all := map[string]string{}
	for _, r := range m.Require {
		all[r.Path] = r.Version
	}
	return all
}

func difference(before, after map[string]string) string {
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if after[path] != before[path] {
			lines = append(lines, fmt.Sprintf("%s: %s, before %s", path, orNone(after[path]), before[path]))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if before[path] == "" {
			lines = append(lines, fmt.Sprintf("%s: %s, before none", path, after[path]))
		}
	}
	if lines == nil {
		return "another path of the module"
	}
	return brief(strings.Join(lines, "\n"), "")
}

func orNone(version string) string {
	if version == "" {
		return "none"
	}
	return version
}

func workspaced(t *check.T) {
	split(t)
	if !exists(t.Dir(), "go.work") {
		t.Fail(check.Failure{
			ID: "no-workspace", Sentence: "there is no workspace", Expected: "go.work", Seen: "no such file",
			Why: "Without it an editor and the go command see one of the modules at a time.",
		})
	}
	copied := elsewhere(t)
	work := filepath.Join(copied, "go.work")
	t.Step("ask the go command for the modules of the workspace, in a copy of it")
	text, ok := goIn(t, copied, work, "list", "-m")
	modules := strings.Fields(text)
	slices.Sort(modules)
	if !ok || !slices.Equal(modules, []string{shopPath, errsPath}) {
		t.FailAt("go.work", 0, check.Failure{
			ID: "modules", Sentence: "the workspace is not the two modules", Expected: shopPath + " and " + errsPath, Seen: text,
			Why: "A module that go.work does not use is not edited and not found by ./…; a path of one machine is missing on the others.",
		})
	}
	t.Step("list the packages of both modules in the workspace")
	if text, ok := goIn(t, copied, work, append([]string{"list", "-deps", "./" + errsDir}, programs...)...); !ok {
		t.FailAt("go.work", 0, check.Failure{
			ID: "broken", Sentence: "the services do not build in the workspace", Expected: "go build of the services and of " + errsDir + " succeeds", Seen: text,
			Why: "It is what each developer builds.",
		})
	}
	usesCopy(t, copied, work, "beside")
}
