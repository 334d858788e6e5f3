package imports

import (
	"os"
	"path/filepath"
	"testing"
)

func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestGraph(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"go.mod":                                    "module shop\n",
		"s/order/internal/domain/order.go":          "package domain\nimport (\n\t\"time\"\n\t\"shop/s/order/internal/repository/postgres\"\n)\nbroken body",
		"s/order/internal/domain/order_test.go":     "package domain\nimport \"shop/s/order/internal/usecase\"\n",
		"s/order/internal/usecase/create.go":        "package usecase\nimport (\n\t\"shop/s/order/internal/domain\"\n\t\"github.com/samber/lo\"\n)\n",
		"s/order/internal/repository/postgres/r.go": "package postgres\nimport \"github.com/jackc/pgx/v5\"\n",
		"s/order/testdata/x.go":                     "package x\nimport \"nothing\"\n",
		"s/nested/go.mod":                           "module other\n",
		"s/nested/x.go":                             "package other\nimport \"shop/s/order/internal/domain\"\n",
	})
	g, err := Load(filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	if g.Module != "shop/s" || len(g.Packages) != 3 {
		t.Fatalf("want 3 packages of shop/s, got %d of %s", len(g.Packages), g.Module)
	}
	direct := g.Breaches("order/internal/domain", func(chain []Import) string {
		if chain[len(chain)-1].Standard() {
			return ""
		}
		return "the domain imports only the standard library"
	}, nil)
	if len(direct) != 1 || direct[0].Last().File != "order/internal/domain/order.go" || direct[0].Last().Line != 4 {
		t.Errorf("want the one import of the repository at line 4, got %v", direct)
	}
	toPgx := func(chain []Import) string {
		if chain[len(chain)-1].Path == "github.com/jackc/pgx/v5" {
			return "no pgx"
		}
		return ""
	}
	everything := func(string) bool { return true }
	if found := g.Breaches("order/internal/usecase", toPgx, everything); len(found) != 1 || len(found[0].Chain) != 3 {
		t.Errorf("want usecase → domain → postgres → pgx, got %v", found)
	}
	nothing := func(string) bool { return false }
	if found := g.Breaches("order/internal/usecase", toPgx, nothing); len(found) != 0 {
		t.Errorf("want nothing when no import is followed, got %v", found)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	cases := map[[2]string]bool{
		{"*/internal/domain", "order/internal/domain"}:             true,
		{"*/internal/domain", "order/internal/domain/sub"}:         false,
		{"*/internal/domain/...", "order/internal/domain"}:         true,
		{"*/internal/domain/...", "order/internal/domain/sub/sub"}: true,
		{"*/internal/domain/...", "order/internal/domainx"}:        false,
		{"...", "anything/at/all"}:                                 true,
	}
	for in, want := range cases {
		if got := Matches(in[0], in[1]); got != want {
			t.Errorf("Matches(%q, %q) = %t", in[0], in[1], got)
		}
	}
}
