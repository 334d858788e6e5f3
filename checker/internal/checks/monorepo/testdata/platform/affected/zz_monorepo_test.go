package affected

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

type zzMonorepoFailure struct{ id, what, expected, seen, why string }

func zzMonorepoFail(t *testing.T, f zzMonorepoFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzMonorepoPackage is a package by its directory. Directories after "tests" are imported by its tests alone; a program is below a directory cmd.
func zzMonorepoPackage(dir string, imports ...string) Package {
	p := Package{Path: path.Join("shop", dir), Dir: dir, Main: path.Base(path.Dir(dir)) == "cmd", Imports: []string{"context", "github.com/google/uuid"}}
	into := &p.Imports
	for _, name := range imports {
		if name == "tests" {
			into = &p.TestImports
			continue
		}
		*into = append(*into, path.Join("shop", name))
	}
	if into == &p.TestImports {
		p.TestImports = append(p.TestImports, "testing", "github.com/stretchr/testify/assert")
	}
	return p
}

// zzMonorepoShop is a small shop: errs below all, two services, a tool without either, fixtures of one service that tests of the other use.
func zzMonorepoShop() []Package {
	shop := []Package{
		zzMonorepoPackage("wallet/cmd/wallet", "wallet/internal/app"),
		zzMonorepoPackage("wallet/internal/app", "wallet/internal/domain", "wallet/db", "errs"),
		zzMonorepoPackage("wallet/internal/domain", "tests", "fixture"),
		zzMonorepoPackage("wallet/db"),
		zzMonorepoPackage("wallet/wallettest", "wallet/internal/app"),
		zzMonorepoPackage("order/cmd/order", "order/internal/app", "tests", "order/internal/app"),
		zzMonorepoPackage("order/internal/app", "order/internal/domain", "errs", "tests", "wallet/wallettest"),
		zzMonorepoPackage("order/internal/domain", "order2"),
		zzMonorepoPackage("order2"),
		zzMonorepoPackage("errs", "tests", "fixture"),
		zzMonorepoPackage("fixture", "clock"),
		zzMonorepoPackage("clock"),
		zzMonorepoPackage("tools/cmd/lint", "tools", "tests", "fixture"),
		zzMonorepoPackage("tools/rules"),
		zzMonorepoPackage("tools"),
		zzMonorepoPackage("report/testdata2"),
		zzMonorepoPackage("."),
	}
	for i := range shop {
		switch shop[i].Dir {
		case "wallet/db":
			shop[i].Embeds = []string{"migrations/1.sql", "README.md"}
		case "wallet/internal/app":
			shop[i].TestEmbeds = []string{"golden/answer.json"}
		case "tools":
			shop[i].Embeds = []string{"testdata/rules.txt", "docs/help.txt"}
		}
	}
	return shop
}

type zzMonorepoCase struct {
	name, id      string
	before, after []Package // nil: the shop
	changed       []string
	test, build   string // directories
	why           string
}

func (c zzMonorepoCase) run(t *testing.T) {
	t.Helper()
	before, after := c.before, c.after
	if before == nil {
		before = zzMonorepoShop()
	}
	if after == nil {
		after = zzMonorepoShop()
	}
	wantTest, wantBuild := zzMonorepoPaths(c.test), zzMonorepoPaths(c.build)
	if c.test == "everything" {
		wantTest, wantBuild = nil, nil
		for _, p := range after {
			wantTest = append(wantTest, p.Path)
			if p.Main {
				wantBuild = append(wantBuild, p.Path)
			}
		}
		slices.Sort(wantTest)
		slices.Sort(wantBuild)
	}
	for _, turned := range []bool{false, true} {
		b, a, changed := slices.Clone(before), slices.Clone(after), slices.Clone(c.changed)
		if turned {
			slices.Reverse(b)
			slices.Reverse(a)
			slices.Reverse(changed)
		}
		got := Affected(b, a, changed)
		for _, one := range []struct {
			what      string
			want, got []string
		}{{"tests", wantTest, got.Test}, {"builds", wantBuild, got.Build}} {
			if slices.Equal(one.want, one.got) {
				continue
			}
			zzMonorepoFail(t, zzMonorepoFailure{c.id, fmt.Sprintf("%s: Affected plans the wrong %s", c.name, one.what),
				zzMonorepoShow(one.want), zzMonorepoShow(one.got) + zzMonorepoDifference(one.want, one.got), c.why})
		}
	}
}

func zzMonorepoPaths(dirs string) []string {
	var paths []string
	for _, dir := range strings.Fields(dirs) {
		paths = append(paths, path.Join("shop", dir))
	}
	slices.Sort(paths)
	return paths
}

func zzMonorepoShow(paths []string) string {
	if len(paths) == 0 {
		return "none"
	}
	return strings.Join(paths, ", ")
}

func zzMonorepoDifference(want, got []string) string {
	var missing, more []string
	for _, p := range want {
		if !slices.Contains(got, p) {
			missing = append(missing, p)
		}
	}
	for _, p := range got {
		if !slices.Contains(want, p) {
			more = append(more, p)
		}
	}
	switch {
	case missing != nil:
		return "; missing: " + strings.Join(missing, ", ")
	case more != nil:
		return "; too many: " + strings.Join(more, ", ")
	}
	return "; the order is another one, or one is there twice"
}

const zzMonorepoStale = "What is not tested again is merged although it may be broken."
const zzMonorepoCostly = "What is tested without need costs each change minutes: it is why teams want to split their repository."

func TestZZMonorepoCode(t *testing.T) {
	for _, c := range []zzMonorepoCase{
		{name: "nothing has changed", id: "too-much", why: zzMonorepoCostly},
		{name: "a package that only a program imports", changed: []string{"tools/tools.go"}, test: "tools tools/cmd/lint", build: "tools/cmd/lint", why: zzMonorepoCostly},
		{name: "a package in a directory below another one", changed: []string{"tools/rules/a.go"}, test: "tools/rules", why: zzMonorepoCostly},
		{name: "a program's own file", changed: []string{"wallet/cmd/wallet/main.go"}, test: "wallet/cmd/wallet", build: "wallet/cmd/wallet", why: zzMonorepoCostly},
		{name: "a domain", changed: []string{"wallet/internal/domain/money.go"}, build: "wallet/cmd/wallet", why: zzMonorepoStale,
			test: "wallet/internal/domain wallet/internal/app wallet/cmd/wallet wallet/wallettest order/internal/app"},
		{name: "a package that both services import", changed: []string{"errs/code.go"}, build: "wallet/cmd/wallet order/cmd/order", why: zzMonorepoStale,
			test: "errs wallet/internal/app wallet/cmd/wallet wallet/wallettest order/internal/app order/cmd/order"},
		{name: "a package three imports below a program", changed: []string{"order2/a.go"}, build: "order/cmd/order", why: zzMonorepoStale,
			test: "order2 order/internal/domain order/internal/app order/cmd/order"},
		{name: "two files of one package and one of another", changed: []string{"tools/a.go", "order2/a.go", "tools/b.go"}, build: "order/cmd/order tools/cmd/lint", why: zzMonorepoStale,
			test: "tools tools/cmd/lint order2 order/internal/domain order/internal/app order/cmd/order"},
		{name: "a file of the package in the root", changed: []string{"doc.go"}, test: ".", why: zzMonorepoStale},
	} {
		c.run(t)
	}
}

func TestZZMonorepoTests(t *testing.T) {
	for _, c := range []zzMonorepoCase{
		{name: "a test file", id: "own-tests", changed: []string{"errs/code_test.go"}, test: "errs", why: "No program and no other package contains a test."},
		{name: "a test file and a file of another package", id: "own-tests", changed: []string{"errs/code_test.go", "tools/a.go"}, test: "errs tools tools/cmd/lint", build: "tools/cmd/lint",
			why: "No program and no other package contains a test."},
		{name: "a package that only tests import", changed: []string{"fixture/a.go"}, test: "fixture errs wallet/internal/domain tools/cmd/lint", why: "Tests pass nothing on: who imports errs does not get the fixture."},
		{name: "a package below one that only tests import", changed: []string{"clock/a.go"}, test: "clock fixture errs wallet/internal/domain tools/cmd/lint", why: zzMonorepoStale},
		{name: "fixtures of one service that tests of the other use", changed: []string{"wallet/wallettest/a.go"}, test: "wallet/wallettest order/internal/app", why: "Tests pass nothing on: the program of order does not contain its tests."},
	} {
		c.run(t)
	}
}

func TestZZMonorepoFiles(t *testing.T) {
	all := "everything"
	unknown := "The safe answer for a file whose effect is not known is everything."
	for _, c := range []zzMonorepoCase{
		{name: "prose", id: "prose", changed: []string{"README.md", "docs/adr/1.md", "wallet/NOTES.md", "docs/events.txt"}, why: zzMonorepoCostly},
		{name: "an embedded file in a directory below", id: "embedded", changed: []string{"wallet/db/migrations/1.sql"}, build: "wallet/cmd/wallet", why: zzMonorepoStale,
			test: "wallet/db wallet/internal/app wallet/cmd/wallet wallet/wallettest order/internal/app"},
		{name: "prose that is embedded", id: "embedded", changed: []string{"wallet/db/README.md"}, build: "wallet/cmd/wallet", why: zzMonorepoStale,
			test: "wallet/db wallet/internal/app wallet/cmd/wallet wallet/wallettest order/internal/app"},
		{name: "a file below testdata that is embedded in the code", id: "embedded", changed: []string{"tools/testdata/rules.txt"}, test: "tools tools/cmd/lint", build: "tools/cmd/lint", why: zzMonorepoStale},
		{name: "a file that a test embeds", id: "test-files", changed: []string{"wallet/internal/app/golden/answer.json"}, test: "wallet/internal/app", why: zzMonorepoCostly},
		{name: "a file below testdata", id: "test-files", changed: []string{"errs/testdata/a/b/answer.json"}, test: "errs", why: zzMonorepoCostly},
		{name: "a Go file and a text below testdata of testdata", id: "test-files", changed: []string{"errs/testdata/src/testdata/a.go", "errs/testdata/README.md"}, test: "errs", why: zzMonorepoCostly},
		{name: "testdata of the root", id: "test-files", changed: []string{"testdata/a.json"}, test: ".", why: zzMonorepoCostly},
		{name: "testdata of a directory without a package", id: "everything", changed: []string{"gateway/testdata/a.json"}, test: all, why: unknown},
		{name: "go.mod", id: "everything", changed: []string{"go.mod"}, test: all, why: "It decides the versions of all libraries."},
		{name: "go.mod of another module", id: "everything", changed: []string{"errs/go.mod"}, test: all, why: "It decides the versions of all libraries."},
		{name: "the workflow, after prose and code", id: "everything", changed: []string{"README.md", "tools/a.go", ".github/workflows/delivery.yaml"}, test: all, why: unknown},
		{name: "a file beside an embedded one", id: "everything", changed: []string{"wallet/db/migrations/2.sql"}, test: all, why: unknown},
		{name: "a Go file of no package", id: "everything", changed: []string{"report/a.go"}, test: all, why: unknown},
		{name: "a file in a directory like testdata", id: "everything", changed: []string{"report/testdata2/a.json"}, test: all, why: unknown},
		{name: "a file in a directory like docs", id: "everything", changed: []string{"docs2/a.txt"}, test: all, why: unknown},
		{name: "a script of a package", id: "everything", changed: []string{"errs/generate.sh"}, test: all, why: unknown},
	} {
		c.run(t)
	}
}

func TestZZMonorepoGone(t *testing.T) {
	without := func(dirs ...string) []Package {
		return slices.DeleteFunc(zzMonorepoShop(), func(p Package) bool { return slices.Contains(dirs, p.Dir) })
	}
	edit := func(shop []Package, dir string, change func(*Package)) []Package {
		for i := range shop {
			if shop[i].Dir == dir {
				change(&shop[i])
			}
		}
		return shop
	}
	users := "It still imports the package: the build is broken, and only a build finds that."
	for _, c := range []zzMonorepoCase{
		{name: "a package is deleted that others still import", id: "deleted", changed: []string{"order2/a.go"}, after: without("order2"),
			test: "order/internal/domain order/internal/app order/cmd/order", build: "order/cmd/order", why: users},
		{name: "a package is deleted that a test still imports", id: "deleted", changed: []string{"wallet/wallettest/a.go"}, after: without("wallet/wallettest"),
			test: "order/internal/app", why: users},
		{name: "a program is deleted with its packages", id: "deleted", changed: []string{"tools/a.go", "tools/cmd/lint/main.go"}, after: without("tools", "tools/cmd/lint"),
			why: "What is gone can be neither tested nor built."},
		{name: "packages are deleted, and go.mod changes", id: "deleted", changed: []string{"tools/a.go", "tools/cmd/lint/main.go", "go.mod"}, test: "everything",
			after: without("tools", "tools/cmd/lint"), why: "What is gone can be neither tested nor built."},
		{name: "the last test file of a deleted package", id: "deleted", changed: []string{"clock/a_test.go", "clock/testdata/x.json"}, after: without("clock"),
			why: "What is gone can be neither tested nor built."},
		{name: "a package and its program are added", id: "added", before: without("tools", "tools/cmd/lint"), changed: []string{"tools/a.go", "tools/cmd/lint/main.go"},
			test: "tools tools/cmd/lint", build: "tools/cmd/lint", why: zzMonorepoStale},
		{name: "an embedded file is deleted", id: "deleted", changed: []string{"wallet/db/migrations/1.sql"}, build: "wallet/cmd/wallet", why: zzMonorepoStale,
			after: edit(zzMonorepoShop(), "wallet/db", func(p *Package) { p.Embeds = nil }),
			test:  "wallet/db wallet/internal/app wallet/cmd/wallet wallet/wallettest order/internal/app"},
		{name: "an embedded file is added", id: "added", changed: []string{"wallet/db/migrations/2.sql"}, build: "wallet/cmd/wallet", why: zzMonorepoStale,
			after: edit(zzMonorepoShop(), "wallet/db", func(p *Package) { p.Embeds = append(p.Embeds, "migrations/2.sql") }),
			test:  "wallet/db wallet/internal/app wallet/cmd/wallet wallet/wallettest order/internal/app"},
		{name: "a file that a test embeds is deleted", id: "deleted", changed: []string{"wallet/internal/app/golden/answer.json"}, test: "wallet/internal/app", why: zzMonorepoStale,
			after: edit(zzMonorepoShop(), "wallet/internal/app", func(p *Package) { p.TestEmbeds = nil })},
		{name: "a program begins to import a package", id: "added", changed: []string{"tools/a.go", "wallet/cmd/wallet/main.go"}, build: "tools/cmd/lint wallet/cmd/wallet", why: zzMonorepoStale,
			after: edit(zzMonorepoShop(), "wallet/cmd/wallet", func(p *Package) { p.Imports = append(p.Imports, "shop/tools") }), test: "tools tools/cmd/lint wallet/cmd/wallet"},
		{name: "a file is moved to another package", changed: []string{"tools/a.go", "order2/a.go"}, build: "order/cmd/order tools/cmd/lint", why: zzMonorepoStale,
			test: "tools tools/cmd/lint order2 order/internal/domain order/internal/app order/cmd/order"},
	} {
		c.run(t)
	}
}
