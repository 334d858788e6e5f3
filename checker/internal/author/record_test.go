package author

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
)

// verifyFake runs Verify with the fake grader and returns what it printed.
func verifyFake(t *testing.T, root string, change func(*Options)) (string, error) {
	t.Helper()
	return verifyFakeUntil(t.Context(), root, change)
}

func verifyFakeUntil(ctx context.Context, root string, change func(*Options)) (string, error) {
	var out bytes.Buffer
	o := fakeOptions(root, &out)
	change(&o)
	err := Verify(ctx, o)
	return out.String(), err
}

func changedOnly(o *Options) { o.Changed, o.Record, o.Seed = true, true, 1 }
func everything(o *Options)  { o.Record = true }

// write puts files below root.
func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, body := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// twelve adds lessons 2 to 12, copies of the first.
func twelve(t *testing.T) string {
	t.Helper()
	root := shop(t, nil)
	for _, n := range []string{"02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"} {
		if err := os.CopyFS(filepath.Join(root, "lessons", n+"-x"), os.DirFS(filepath.Join(root, "lessons", "01-one"))); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestVerifyChanged_UnchangedLessons_JudgesOnlyASample(t *testing.T) {
	t.Parallel()
	root := twelve(t)
	if out, err := verifyFake(t, root, everything); err != nil || !strings.Contains(out, "12 lessons, 96 versions") {
		t.Fatalf("expected a proof of all, seen %v\n%s", err, out)
	}
	out, err := verifyFake(t, root, changedOnly)
	if err != nil || !strings.Contains(out, "changed since their proof: none") || !strings.Contains(out, "12 lessons, 16 versions") {
		t.Errorf("expected a sample of two lessons, seen %v\n%s", err, out)
	}
	again, _ := verifyFake(t, root, changedOnly)
	if first, second := line(out, "sample"), line(again, "sample"); first != second {
		t.Errorf("expected the same sample for one seed, seen %q and %q", first, second)
	}
}

func TestVerifyChanged_UnchangedLessonWithManyMutants_JudgesSomeAndKeepsTheRecord(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, name := range []string{"e", "f", "g", "h", "i"} {
		files["lessons/01-one/mutants/"+name+"/mutant.yaml"] = "check: order-state-whitelist\nmessage: it is wrong " + name + "\nwhy: it looks right\n"
		files["lessons/01-one/mutants/"+name+"/a/a.go"] = returns("wrong " + name)
	}
	root := shop(t, files)
	if out, err := verifyFake(t, root, everything); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	before, err := readRecord(root)
	if err != nil {
		t.Fatal(err)
	}
	out, err := verifyFake(t, root, changedOnly)
	if want := fmt.Sprintf("%d mutants are caught", sampledMutants); err != nil || !strings.Contains(out, want) {
		t.Errorf("expected %q, seen %v\n%s", want, err, out)
	}
	if after, err := readRecord(root); err != nil || after["01-one"] != before["01-one"] {
		t.Errorf("a sample must not change the record: %+v became %+v, %v", before["01-one"], after["01-one"], err)
	}
}

func TestVerifyChanged_AnyInputChanged_JudgesTheLessonAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, body, want string }{
		"a starter that passes":     {"lessons/01-one/starter/a/a.go", returns("right"), "starter: order-state-whitelist passes before"},
		"a mutant that passes":      {"lessons/01-one/mutants/a/a/a.go", returns("right"), "mutant/a: is wrong"},
		"an alternative that fails": {"lessons/01-one/alternatives/z/a/a.go", returns("wrong z"), "alternative/z: order-state-whitelist must pass"},
		"a stage file that fails":   {"stage9-x/a/a.go", returns("holes"), "reference: order-state-whitelist must pass"},
		"another file of the stage": {"stage9-x/b/b.sql", "SELECT 1", "7 versions of them judged, 0 faults"},
		"another test of the stage": {"stage9-x/b/b_test.go", "package b\n", "7 versions of them judged, 0 faults"},
		"a check":                   {"checker/check.go", "package checker\n\nvar x int\n", "7 versions of them judged, 0 faults"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := shop(t, nil)
			if out, err := verifyFake(t, root, everything); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			write(t, root, map[string]string{tt.file: tt.body})
			out, _ := verifyFake(t, root, changedOnly)
			for _, want := range []string{"changed since their proof: 01-one\n", tt.want} {
				if !strings.Contains(out, want) {
					t.Errorf("expected %q, seen\n%s", want, out)
				}
			}
		})
	}
}

func TestVerifyChanged_TestOfTheStageChanged_KeepsTheProof(t *testing.T) {
	t.Parallel()
	root := shop(t, map[string]string{"stage9-x/a/a_test.go": "package a\n"})
	if out, err := verifyFake(t, root, everything); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	write(t, root, map[string]string{"stage9-x/a/a_test.go": "package a_test\n"})
	if out, err := verifyFake(t, root, changedOnly); err != nil || !strings.Contains(out, "changed since their proof: none\n") {
		t.Errorf("no check compiles a test of the stage, seen %v\n%s", err, out)
	}
}

func TestVerifyChanged_RecordThatFitsNothing_IsIgnored(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a wrong hash":      `{"lesson":"01-one","proof":"0123456789abcdef0123456789abcdef","variants":7}`,
		"an empty hash":     `{"lesson":"01-one","proof":"","variants":7}`,
		"no JSON":           "<<<<<<< HEAD",
		"an unknown lesson": `{"lesson":"99-z","proof":"x","variants":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := shop(t, map[string]string{recordFile: body + "\n", "lessons/01-one/mutants/a/a/a.go": returns("right")})
			out, err := verifyFake(t, root, changedOnly)
			if !IsFaulty(err) || !strings.Contains(out, "changed since their proof: 01-one\n") || !strings.Contains(out, "mutant/a: is wrong") {
				t.Errorf("expected the lesson to be judged, seen %v\n%s", err, out)
			}
		})
	}
}

func TestVerify_Record_HoldsOnlyWholeProofs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files    map[string]string
		change   func(*Options)
		recorded bool
	}{
		"all variants passed":                  {nil, everything, true},
		"some variants asked for":              {nil, func(o *Options) { o.Record, o.Only = true, "mutant" }, false},
		"without record":                       {nil, func(*Options) {}, false},
		"a mutant passes":                      {map[string]string{"lessons/01-one/mutants/a/a/a.go": returns("right")}, everything, false},
		"a mutant could not be judged":         {map[string]string{"lessons/01-one/mutants/a/a/a.go": returns("ours")}, everything, false},
		"a link without a target":              {map[string]string{"lessons/01-one/instructor.md": "[x](gone.md)"}, everything, false},
		"an input was edited during the proof": {nil, editsDuringTheProof, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := shop(t, tt.files)
			out, _ := verifyFake(t, root, tt.change)
			all, err := readRecord(root)
			if err != nil {
				t.Fatal(err)
			}
			if _, recorded := all["01-one"]; recorded != tt.recorded {
				t.Errorf("expected recorded: %v, seen %v\n%s", tt.recorded, all, out)
			}
		})
	}
}

func editsDuringTheProof(o *Options) {
	o.Record = true
	vet := o.vet
	o.vet = func(ctx context.Context, dir string) error {
		path := filepath.Join(o.Root, "lessons/01-one/starter/a/a.go")
		if err := os.WriteFile(path, []byte(returns("more holes")), 0o644); err != nil {
			return err
		}
		return vet(ctx, dir)
	}
}

func TestVerify_LessonFailsLater_ItsProofIsForgotten(t *testing.T) {
	t.Parallel()
	root := shop(t, nil)
	if out, err := verifyFake(t, root, everything); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, _ = verifyFake(t, root, func(o *Options) {
		o.Record = true
		o.grade = func(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error) {
			report, err := readsTheFile(ctx, root, l, dir, seed, only)
			report.Results[0].Verdict = check.Pass
			return report, err
		}
	})
	if all, _ := readRecord(root); len(all) != 0 {
		t.Errorf("expected an empty record, seen %v", all)
	}
}

func TestVerify_CheckerOlderThanItsSources_RefusesToRecord(t *testing.T) {
	t.Parallel()
	out, err := verifyFake(t, shop(t, nil), func(o *Options) {
		o.Record, o.built = true, func() (time.Time, error) { return time.Now().Add(-time.Hour), nil }
	})
	if err == nil || !strings.Contains(err.Error(), "built before") || strings.Contains(out, "judged") {
		t.Errorf("expected a refusal before anything is judged, seen %v\n%s", err, out)
	}
}

func TestShard_AllParts_HoldEachLessonOnce(t *testing.T) {
	t.Parallel()
	root := twelve(t)
	for _, n := range []string{"1", "3", "5", "20"} {
		judged := 0
		for i := 1; ; i++ {
			part := fmt.Sprintf("%d/%s", i, n)
			var out bytes.Buffer
			o := fakeOptions(root, &out)
			lessons, _ := o.lessons()
			mine, err := shard(lessons, part)
			if err != nil {
				break
			}
			judged += len(mine)
		}
		if judged != 12 {
			t.Errorf("%s parts: expected 12 lessons, seen %d", n, judged)
		}
	}
	if _, err := shard(nil, "0/2"); err == nil {
		t.Error("0/2 is no part")
	}
}

// TestSources_RealChecker names what must count for a verdict and what must not.
func TestSources_RealChecker(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	s, err := loadSources(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	lessons, err := lesson.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	saga, err := lesson.Find(lessons, "saga")
	if err != nil {
		t.Fatal(err)
	}
	reached := s.reach(append(checkPackages(saga), graders...))
	for _, name := range []string{
		"author/proof", "build", "check", "check/imports", "checks/saga", "fault", "gotest", "history", "infra", "lesson",
		"overlay", "proc", "run", "stack", "workspace",
	} {
		if !reached[internal+name] {
			t.Errorf("%s is missing: a change there would not verify the lesson again", name)
		}
	}
	for _, name := range []string{"author", "checks", "checks/money", "checks/orderstate", "cli", "demo", "load", "progress", "report", "tui"} {
		if reached[internal+name] {
			t.Errorf("%s counts: a change there would verify every lesson again", name)
		}
	}
	if !slices.Contains(s.packages[path.Dir(curriculum)].EmbedFiles, path.Base(curriculum)) {
		t.Errorf("%s is left out of the hashes, and is not embedded", curriculum)
	}
	if !reached["google.golang.org/grpc"] || !reached["shop/gen/order/v1"] {
		t.Error("libraries and the shop's clients must count")
	}
}

// line is the first line of text that contains a word.
func line(text, word string) string {
	for l := range strings.Lines(text) {
		if strings.Contains(l, word) {
			return l
		}
	}
	return ""
}

// TestVerifyChanged_VariantThatFailsOnce_IsUnsteady grades a reference that fails by chance; more such variants than chance explains are a fault.
func TestVerifyChanged_VariantThatFailsOnce_IsUnsteady(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		failures int
		isFaulty bool
	}{{"one variant", 1, false}, {"four variants", 4, true}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			failed := map[string]bool{}
			out, err := verifyFake(t, shop(t, nil), func(o *Options) {
				changedOnly(o)
				o.grade = func(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, ids []string) (check.Report, error) {
					report, err := readsTheFile(ctx, root, l, dir, seed, ids)
					mu.Lock()
					defer mu.Unlock()
					isStarter := report.Results[0].Message == "it is not right"
					if source, _ := os.ReadFile(filepath.Join(dir, "a/a.go")); !isStarter && len(failed) < tt.failures && !failed[string(source)] {
						failed[string(source)] = true
						report.Results[0] = check.Result{CheckID: l.Checks[0], Verdict: check.Fail, Failure: l.Checks[0], Message: "by chance"}
					}
					return report, err
				}
			})
			want := fmt.Sprintf("0 faults, 0 not judged, %d unsteady", tt.failures)
			if IsFaulty(err) != tt.isFaulty || !strings.Contains(out, "unsteady: 01-one/") || !strings.Contains(out, want) {
				t.Errorf("expected %q, seen %v\n%s", want, err, out)
			}
		})
	}
}

func TestVerify_Stopped_PrintsWhatWasFound(t *testing.T) {
	t.Parallel()
	root := shop(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	out, err := verifyFakeUntil(ctx, root, func(o *Options) {
		o.Parallel = 1
		o.grade = func(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error) {
			report, err := readsTheFile(ctx, root, l, dir, seed, only)
			report.Results[0].Verdict = check.Pass // the starter must fail
			defer cancel()
			return report, err
		}
	})
	if err == nil || !strings.Contains(out, "01-one: stopped after 1 of") || !strings.Contains(out, "✗ starter") {
		t.Errorf("%v\n%s", err, out)
	}
}
