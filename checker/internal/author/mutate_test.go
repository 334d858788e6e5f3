package author

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
)

const calculated = `package a

func F(n int) int {
	if n < 1 {
		return 0
	}
	return n + 1
}
`

// onlyPlus fails what does not add one; it does not look at the boundary.
func onlyPlus(_ context.Context, _ string, l lesson.Lesson, dir string, _ uint64, _ []string) (check.Report, error) {
	source, err := os.ReadFile(filepath.Join(dir, "a/a.go"))
	if err != nil {
		return check.Report{}, err
	}
	r := check.Result{CheckID: l.Checks[0], Failure: l.Checks[0], Verdict: check.Pass}
	if !bytes.Contains(source, []byte("return n + 1")) {
		r.Verdict, r.Message = check.Fail, "it does not add one"
	}
	return check.Report{Results: []check.Result{r}}, nil
}

func mutateFake(t *testing.T, root string, limit int) (string, error) {
	t.Helper()
	var out bytes.Buffer
	o := fakeOptions(root, &out)
	o.grade, o.Record, o.Seed = onlyPlus, true, 1
	err := Mutate(t.Context(), o, limit)
	return out.String(), err
}

func mutationShop(t *testing.T) string {
	t.Helper()
	return shop(t, map[string]string{
		"stage9-x/go.mod":               "module shop\n\ngo 1.26\n",
		"stage9-x/a/a.go":               calculated,
		"lessons/01-one/starter/a/a.go": "package a\n\nfunc F(n int) int { return 0 }\n",
	})
}

const boundary = `- operator: move boundary
  declaration: F
  change: n < 1 => n <= 1
  reason: for the test
`

func TestMutate_Survivors_AreListedAndCounted(t *testing.T) {
	t.Parallel()
	root := mutationShop(t)
	out, err := mutateFake(t, root, 0)
	for _, want := range []string{"survived: a/a.go:4", "-\tif n < 1 {", "+\tif n <= 1 {", "change: n < 1 => n <= 1"} {
		if !strings.Contains(out, want) {
			t.Errorf("expected %q, seen\n%s", want, out)
		}
	}
	if !IsFaulty(err) {
		t.Errorf("expected a fault because the score is low, seen %v", err)
	}
	all, _ := readRecord(root)
	if m := all["01-one"].Mutation; m == nil || m.Survived == 0 || m.Killed == 0 || m.Equivalent != 0 {
		t.Errorf("expected a score with survivors on record, seen %+v", m)
	}
}

func TestMutate_Equivalents_DoNotCount(t *testing.T) {
	t.Parallel()
	root := mutationShop(t)
	_, _ = mutateFake(t, root, 0)
	before, _ := readRecord(root)
	write(t, root, map[string]string{"lessons/01-one/equivalent.yaml": boundary})
	out, _ := mutateFake(t, root, 0)
	after, _ := readRecord(root)
	if a, b := before["01-one"].Mutation, after["01-one"].Mutation; b.Equivalent != 1 || b.Survived != a.Survived-1 || strings.Contains(out, "n <= 1") {
		t.Errorf("expected one survivor less, seen %+v and %+v\n%s", a, b, out)
	}
}

func TestMutate_EquivalentsThatAreNone_AreFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ list, want string }{
		"a check fails it":        {"- operator: other arithmetic\n  declaration: F\n  change: n + 1 => n - 1\n  reason: not true\n", "lists as equivalent (not true) what order-state-whitelist fails"},
		"the code has changed":    {"- operator: move boundary\n  declaration: F\n  change: n > 1 => n >= 1\n  reason: old\n", "no mutant is move boundary | F | n > 1 => n >= 1"},
		"there is no reason":      {strings.Replace(boundary, "for the test", "''", 1), "no reason is given"},
		"there is a second field": {boundary + "  because: x\n", "equivalent.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := mutationShop(t)
			write(t, root, map[string]string{"lessons/01-one/equivalent.yaml": tt.list})
			out, err := mutateFake(t, root, 0)
			if err == nil || !strings.Contains(out+err.Error(), tt.want) {
				t.Errorf("expected %q, seen %v\n%s", tt.want, err, out)
			}
		})
	}
}

func TestMutate_Limit_IsASampleOnRecord(t *testing.T) {
	t.Parallel()
	root := mutationShop(t)
	out, _ := mutateFake(t, root, 3)
	all, _ := readRecord(root)
	if m := all["01-one"].Mutation; m == nil || m.Killed+m.Survived != 3 || m.Skipped == 0 {
		t.Errorf("expected three of the mutants, seen %+v\n%s", m, out)
	}
}

func TestVerify_MutationScore_IsReportedAndHeldByAFlag(t *testing.T) {
	t.Parallel()
	root := mutationShop(t)
	run := func(require bool) (string, error) {
		return verifyFake(t, root, func(o *Options) {
			o.RequireMutation = require
			o.grade = func(context.Context, string, lesson.Lesson, string, uint64, []string) (check.Report, error) {
				return check.Report{}, nil
			}
		})
	}
	if out, _ := run(false); !strings.Contains(out, "mutation: 01-one: no mutation score") {
		t.Errorf("expected a missing score, seen\n%s", out)
	}
	_, _ = mutateFake(t, root, 0)
	if out, _ := run(false); !strings.Contains(out, "less than 95 %") || strings.Contains(out, "✗ 01-one") {
		t.Errorf("expected a low score, seen\n%s", out)
	}
	if out, _ := run(true); !strings.Contains(out, "✗ 01-one: ") {
		t.Errorf("expected a fault, seen\n%s", out)
	}
	write(t, root, map[string]string{"checker/check.go": "package checker\n\nvar changed int\n"})
	if out, _ := run(false); !strings.Contains(out, "before the code, the checks or the operators changed") {
		t.Errorf("expected a stale score, seen\n%s", out)
	}
}
