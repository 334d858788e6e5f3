package mutate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const source = `package a

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

type Status int

const (
	New  Status = 1
	Done Status = 2
)

var (
	ErrOne = errors.New("one")
	ErrTwo = errors.New("two")
)

type T struct {
	mu    sync.Mutex
	A, B  string
	count int
}

func with(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }
func use(ctx context.Context, a, b string, n int) error              { return nil }
func copied(t []string) []string                                    { return t }

func (t *T) F(ctx context.Context, a, b string, n int) (int, error) {
	if n < 3 && a != "" {
		return 0, fmt.Errorf("%w: %d", ErrOne, n)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	x, err := fmt.Sscan(a)
	if err != nil {
		return 0, err
	}
	t.count++
	err = with(ctx, func(ctx context.Context) error { return use(ctx, a, b, n-1) })
	_ = use(detached, a, b, x)
	return n, err
}

func G() (T, Status, []string) {
	return T{A: "a", B: "b"}, New, copied([]string{"x"})
}

func untouched() bool { return 1 < 2 }
`

func generate(t *testing.T) (all []Mutant, dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, body := range map[string]string{"go.mod": "module shop\n\ngo 1.26\n", "a/a.go": source} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Generate(dir, map[string][]string{"a/a.go": {"T.F", "G"}})
	if err != nil {
		t.Fatal(err)
	}
	return all, dir
}

func TestGenerate_EachOperator_MakesItsChange(t *testing.T) {
	t.Parallel()
	all, _ := generate(t)
	var keys []string
	for _, m := range all {
		keys = append(keys, m.Key())
	}
	for _, want := range []string{
		`negate condition | T.F | n < 3 && a != "" => ! ( n < 3 && a != "" ) | 1`,
		`drop operand | T.F | n < 3 && a != "" => n < 3 | 1`,
		`move boundary | T.F | n < 3 => n <= 3 | 1`,
		`flip comparison | T.F | a != "" => a == "" | 1`,
		`constant ± 1 | T.F | 3 => ( 3 + 1 ) | 1`,
		`drop statement | T.F | t . count ++ =>  | 1`,
		`drop statement | T.F | defer cancel ( ) =>  | 1`,
		`drop if | T.F | if err != nil { return 0 , err } =>  | 1`,
		`drop lock | T.F | t . mu . Lock ( ) defer t . mu . Unlock ( ) =>  | 1`,
		`swallow error | T.F | err => nil | 1`,
		`swallow error | T.F | err => nil | 2`,
		`return zero | T.F | n => 0 | 1`,
		`lose cause | T.F | "%w: %d" => "%v: %d" | 1`,
		`other error | T.F | ErrOne => ErrTwo | 1`,
		`other constant | G | New => Done | 1`,
		`empty string | G | "a" => "" | 1`,
		`other arithmetic | T.F | n - 1 => n + 1 | 1`,
		`swap operands | T.F | n - 1 => 1 - n | 1`,
		`swap arguments | T.F | a , b => b , a | 1`,
		`zero argument | T.F | b => "" | 1`,
		`unwrap call | G | copied ( [ ] string { "x" } ) => [ ] string { "x" } | 1`,
		`drop element | G | A : "a" , =>  | 1`,
		`drop element | G | "x" =>  | 1`,
		`background context | T.F | detached => context . Background ( ) | 1`,
		`attached context | T.F | context . WithoutCancel ( ctx ) => ctx | 1`,
		`caller's context | T.F | detached => ctx | 1`,
		`drop timeout | T.F | context . WithTimeout ( context . WithoutCancel ( ctx ) , time . Second ) => context . WithCancel ( context . WithoutCancel ( ctx ) ) | 1`,
		`drop transaction | T.F | with ( ctx , func ( ctx context . Context ) error { return use ( ctx , a , b , n - 1 ) } ) => func ( ctx context . Context ) error { return use ( ctx , a , b , n - 1 ) } ( ctx ) | 1`,
	} {
		if !slices.Contains(keys, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("made:\n%s", strings.Join(keys, "\n"))
	}
	if slices.ContainsFunc(all, func(m Mutant) bool { return m.Declaration == "untouched" }) {
		t.Error("a declaration was changed that was not asked for")
	}
	slices.Sort(keys)
	if distinct := slices.Compact(slices.Clone(keys)); len(distinct) != len(keys) {
		t.Errorf("%d mutants have only %d keys", len(keys), len(distinct))
	}
}

func TestGenerate_Mutants_TypeCheckAndDiffer(t *testing.T) {
	t.Parallel()
	all, dir := generate(t)
	if len(all) < 50 {
		t.Errorf("only %d mutants", len(all))
	}
	for i, m := range all {
		if m.Diff([]byte(source)) == "" {
			t.Errorf("%s: no difference", m.Key())
		}
		if i%10 != 0 {
			continue // each load asks the go command
		}
		if err := os.WriteFile(filepath.Join(dir, "a/a.go"), m.Source, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := load(dir, "a"); err != nil {
			t.Errorf("%s: %v", m.Key(), err)
		}
	}
}

func TestKey_SourceIsReformatted_StaysTheSame(t *testing.T) {
	t.Parallel()
	if a, b := tokens("f(a,\n\tb,\n)"), tokens("f(a, b)"); a != b {
		t.Errorf("expected the same, seen %q and %q", a, b)
	}
	if a, b := tokens("T{\n\tA: 1,\n}"), tokens("T{A: 1}"); a != b {
		t.Errorf("expected the same, seen %q and %q", a, b)
	}
}
