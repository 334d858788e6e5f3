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

// readsBoth passes code whose G is right, if F is right as well.
func readsBoth(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error) {
	report, err := readsTheFile(ctx, root, l, dir, seed, only)
	if err != nil || l.Number != 2 {
		return report, err
	}
	source, err := os.ReadFile(filepath.Join(dir, "a/b.go"))
	if err == nil && report.Results[0].Verdict == check.Pass && !strings.Contains(string(source), "right") {
		report.Results[0].Verdict, report.Results[0].Message = check.Fail, "G is not right"
	}
	return report, err
}

func TestVerify_CheckNeedsTheAnswerOfAnotherLesson_IsAFaultUnlessGiven(t *testing.T) {
	t.Parallel()
	const page = "---\ntitle: Two\nstage: stage9-x\nkind: implement\nminutes: 1\nchecks: [order-state-whitelist]\ntopics: [domain]\nfiles: [a/b.go]\n"
	const g = "package a\n\nfunc G() string { return \"right\" }\n"
	for given, want := range map[string]bool{"": true, "given: [one]\n": false} {
		root := shop(t, map[string]string{
			"stage9-x/a/b.go":               g,
			"lessons/02-two/lesson.md":      page + given + "---\ntext\n",
			"lessons/02-two/starter/a/b.go": strings.Replace(g, "right", "holes", 1),
		})
		var out bytes.Buffer
		o := fakeOptions(root, &out)
		o.grade = readsBoth
		_ = Verify(t.Context(), o)
		fault := "reference/new-workspace: order-state-whitelist must pass, but: it is not right"
		if strings.Contains(out.String(), fault) != want {
			t.Errorf("given %q: expected the fault %v, seen\n%s", given, want, out.String())
		}
	}
}

func TestVerifyChanged_OtherLessonHasNewHoles_GradesTheNewWorkspaceOnly(t *testing.T) {
	t.Parallel()
	root := twelve(t)
	if out, err := verifyFake(t, root, everything); err != nil {
		t.Fatalf("expected a proof of all, seen %v\n%s", err, out)
	}
	write(t, root, map[string]string{"lessons/01-one/starter/a/a.go": returns("other holes")})
	out, _ := verifyFake(t, root, changedOnly)
	if want := "changed since their proof: 01-one\n"; !strings.Contains(out, want) {
		t.Fatalf("expected %q, seen\n%s", want, out)
	}
	for _, name := range []string{"02-x", "07-x", "12-x"} {
		if !strings.Contains(out, name+": the reference passes (") && !strings.Contains(out, name+": the starter fails") {
			t.Errorf("expected that %s is graded in a new workspace, seen\n%s", name, out)
		}
	}
}
