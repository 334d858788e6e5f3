package author

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPackages_CopyOfStageOne_ListsChangedPackagesAndTheirDependents copies stage 1 of this repository as a second stage.
func TestPackages_CopyOfStageOne_ListsChangedPackagesAndTheirDependents(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	original, err := filepath.Abs("../../../stage1-mvp")
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"stage1-mvp", "stage2-x"} {
		if err := os.CopyFS(filepath.Join(root, stage), os.DirFS(original)); err != nil {
			t.Fatal(err)
		}
	}
	packages := func(stage string) []string {
		t.Helper()
		all, err := Packages(t.Context(), root, stage, false)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := packages("stage1-mvp")
	if !slices.Contains(all, "./order/internal/domain") || !slices.Contains(all, "./wallet/internal/usecase") {
		t.Errorf("the first stage is tested as a whole, seen %v", all)
	}
	if same := packages("stage2-x"); len(same) > 0 {
		t.Errorf("a copy has nothing to test, seen %v", same)
	}

	appendTo(t, filepath.Join(root, "stage2-x/order/internal/domain/money.go"), "\nvar changed int\n")
	changed := packages("stage2-x")
	for _, want := range []string{"./order/internal/domain", "./order/internal/usecase", "./order/cmd/order"} {
		if !slices.Contains(changed, want) {
			t.Errorf("%s depends on the change and is missing in %v", want, changed)
		}
	}
	for _, pkg := range changed {
		if !reaches(t, filepath.Join(root, "stage2-x"), pkg, "shop/order/internal/domain") {
			t.Errorf("%s does not depend on the change", pkg)
		}
	}

	gomod := filepath.Join(root, "stage2-x/go.mod")
	appendTo(t, gomod, "\n// changed\n")
	if same := packages("stage2-x"); len(same) == len(all) {
		t.Errorf("a library that no package imports concerns none, seen all %d packages", len(same))
	}
}

func TestPackages_FileOutsideOfPackages_ConcernsItsService(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, stage := range []string{"stage1-a", "stage2-b"} {
		write(t, root, map[string]string{
			stage + "/go.mod":                "module shop\n\ngo 1.26\n",
			stage + "/README.md":             "about " + stage,
			stage + "/a/x/x.go":              "package x\n",
			stage + "/b/y/y.go":              "package y\n",
			stage + "/c/z/z.go":              "package z\n\nimport _ \"shop/a/x\"\n",
			stage + "/a/x/testdata/in.txt":   "in",
			stage + "/a/migrations/0001.sql": "SELECT 1",
			stage + "/b/y/y_test.go":         "package y_test\n\nimport _ \"shop/c/z\"\n",
		})
	}
	for name, tt := range map[string]struct {
		file string
		want []string
	}{
		"SQL of a service, seen through two imports": {"a/migrations/0001.sql", []string{"./a/x", "./b/y", "./c/z"}},
		"testdata":                {"a/x/testdata/in.txt", []string{"./a/x", "./b/y", "./c/z"}},
		"a test":                  {"b/y/y_test.go", []string{"./b/y"}},
		"a new file of a package": {"c/z/new.go", []string{"./b/y", "./c/z"}},
		"prose":                   {"README.md", nil},
	} {
		path := filepath.Join(root, "stage2-b", tt.file)
		before, readErr := os.ReadFile(path)
		write(t, root, map[string]string{"stage2-b/" + tt.file: string(before) + "package z\n"})
		if tt.file == "b/y/y_test.go" {
			write(t, root, map[string]string{"stage2-b/" + tt.file: string(before) + "\n// changed\n"})
		}
		got, err := Packages(t.Context(), root, "stage2-b", false)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: expected %v, seen %v, %v", name, tt.want, got, err)
		}
		if readErr != nil {
			_ = os.Remove(path)
		} else {
			write(t, root, map[string]string{"stage2-b/" + tt.file: string(before)})
		}
	}
}

// TestPackages_TestedAndUnchanged_AreLeftOutButForASample lists what is on record, and what changes after the listing.
func TestPackages_TestedAndUnchanged_AreLeftOutButForASample(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	files := map[string]string{"stage1-a/go.mod": "module shop\n\ngo 1.26\n"}
	for i := range 40 {
		files[fmt.Sprintf("stage1-a/p/p%02d/p.go", i)] = fmt.Sprintf("package p%02d\n", i)
	}
	write(t, root, files)
	list := func(all bool, seed uint64) []string {
		t.Helper()
		found, err := packages(t.Context(), root, "stage1-a", all, seed)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if err := Tested(root, "stage1-a"); err == nil {
		t.Error("what was not listed must not be put on record")
	}
	if first := list(false, 1); len(first) != 40 {
		t.Fatalf("nothing is on record, seen %d packages", len(first))
	}
	write(t, root, map[string]string{"stage1-a/p/p07/p.go": "package p07\n\nvar changed int\n"}) // while the tests run
	if err := Tested(root, "stage1-a"); err != nil {
		t.Fatal(err)
	}
	sample, other := list(false, 1), list(false, 2)
	if !slices.Contains(sample, "./p/p07") || len(sample) < 2 || len(sample) > 20 {
		t.Errorf("expected the changed package and a sample, seen %v", sample)
	}
	if slices.Equal(sample, other) {
		t.Errorf("expected another sample for another seed, seen %v twice", sample)
	}
	if whole := list(true, 1); len(whole) != 40 {
		t.Errorf("expected all packages, seen %d", len(whole))
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(before, text...), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reaches asks the go command whether a package or its tests depend on another.
func reaches(t *testing.T, dir, pkg, target string) bool {
	t.Helper()
	out, err := goOutput(t.Context(), dir, "list", "-test", "-deps", pkg)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(strings.Fields(string(out)), target)
}
