package author

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/proc"
)

const benchRounds = 5

// Bench prints, per lesson, the time from a saved file to the verdict and the least it can take: the same build,
// or an empty test of the same package, by the go command alone. Both run with warm caches; the median of five counts.
func Bench(ctx context.Context, o Options) error {
	o.fill()
	lessons, err := o.lessons()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "lesson\tsave → verdict\tunavoidable\tratio\t")
	place, err := takeSlot(o.Root, "bench")
	if err != nil {
		return err
	}
	defer place.free()
	for _, l := range lessons {
		b, err := newBench(&o, l, place.dir)
		if err != nil {
			return fmt.Errorf("lesson %s: %w", l.Name(), err)
		}
		ours, alone, err := b.measure(ctx)
		if err != nil {
			return fmt.Errorf("lesson %s: %w", l.Name(), err)
		}
		fmt.Fprintf(table, "%s\t%s\t%s (%s)\t%.1f\t\n", l.Name(), ours.Round(10*time.Millisecond), alone.Round(10*time.Millisecond), b.what, float64(ours)/float64(alone))
	}
	return table.Flush()
}

// A bench is one lesson's reference, edited again and again.
type bench struct {
	o      *Options
	lesson lesson.Lesson
	dir    string
	file   string   // the one that is saved
	source []byte   // of file
	alone  []string // arguments of the go command
	what   string   // alone, in words
	saves  int
}

func newBench(o *Options, l lesson.Lesson, dir string) (*bench, error) {
	b := &bench{o: o, lesson: l, dir: dir}
	if err := proof.Reference(l).Write(o.Root, b.dir); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(l.Files, func(name string) bool { return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") })
	if at < 0 {
		return nil, fmt.Errorf("files of the lesson name no Go file to save")
	}
	b.file = filepath.Join(b.dir, filepath.FromSlash(l.Files[at]))
	var err error
	if b.source, err = os.ReadFile(b.file); err != nil {
		return nil, err
	}
	return b, b.plan()
}

// plan finds out which command does the least work that a verdict needs.
func (b *bench) plan() error {
	all, err := checks.Find(b.lesson.Checks...)
	if err != nil {
		return err
	}
	services, packages := needs(all)
	switch {
	case len(services) > 0:
		b.alone = []string{"build", "-buildvcs=false", "-o", filepath.Join(b.dir, ".bench") + string(filepath.Separator)}
		for _, name := range services {
			b.alone = append(b.alone, "./"+name+"/cmd/"+name)
		}
		b.what = "go build"
	case len(packages) > 0:
		b.alone = []string{"test", "-count=1", "-vet=off"}
		for _, pkg := range packages {
			if err := emptyTest(filepath.Join(b.dir, pkg)); err != nil {
				return err
			}
			b.alone = append(b.alone, "./"+pkg)
		}
		b.what = "go test"
	default:
		b.alone, b.what = []string{"build", "-buildvcs=false", "./..."}, "go build"
	}
	return nil
}

func needs(all []check.Check) (services, packages []string) {
	for _, c := range all {
		services = append(services, c.Needs.Services...)
		if c.Tests == nil {
			continue
		}
		_ = fs.WalkDir(c.Tests, ".", func(name string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, "_test.go") {
				packages = append(packages, path.Dir(name))
			}
			return nil
		})
	}
	slices.Sort(services)
	slices.Sort(packages)
	return slices.Compact(services), slices.Compact(packages)
}

// emptyTest leaves the package with one test that does nothing, so that go test does only what cannot be avoided.
func emptyTest(dir string) error {
	tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return err
	}
	for _, test := range tests {
		if err := os.Remove(test); err != nil {
			return err
		}
	}
	name, err := packageName(dir)
	if err != nil {
		return err
	}
	body := fmt.Sprintf("package %s\n\nimport \"testing\"\n\nfunc TestNothing(*testing.T) {}\n", name)
	return os.WriteFile(filepath.Join(dir, "nothing_test.go"), []byte(body), 0o644)
}

func packageName(dir string) (string, error) {
	command := exec.Command("go", "list", "-f", "{{.Name}}", ".")
	command.Dir = dir
	out, err := command.Output()
	return strings.TrimSpace(string(out)), err
}

func (b *bench) measure(ctx context.Context) (ours, alone time.Duration, err error) {
	var graded, bare []time.Duration
	for n := range benchRounds + 1 { // the first warms the caches
		took, err := b.timed(func() error { return b.run(ctx) })
		if err != nil {
			return 0, 0, err
		}
		without, err := b.timed(func() error { return b.goAlone(ctx) })
		if err != nil {
			return 0, 0, err
		}
		if n > 0 {
			graded, bare = append(graded, took), append(bare, without)
		}
	}
	return median(graded), median(bare), nil
}

// timed saves the file with a change that the compiler cannot skip, and measures what follows.
func (b *bench) timed(do func() error) (time.Duration, error) {
	b.saves++
	change := fmt.Sprintf("\nfunc saved() string { return \"save %d\" }\n\nvar _ = saved\n", b.saves)
	if err := os.WriteFile(b.file, slices.Concat(b.source, []byte(change)), 0o644); err != nil {
		return 0, err
	}
	began := time.Now()
	err := do()
	return time.Since(began), err
}

func (b *bench) run(ctx context.Context) error {
	report, err := b.o.grade(ctx, b.o.Root, b.lesson, b.dir, b.o.Seed, nil)
	if err != nil {
		return err
	}
	for _, r := range report.Results {
		if r.Verdict != check.Pass {
			return fmt.Errorf("the reference must pass, but %s: %s %s", r.CheckID, proof.Describe(r), r.Fault)
		}
	}
	return nil
}

func (b *bench) goAlone(ctx context.Context) error {
	path, err := exec.LookPath("go")
	if err != nil {
		return err
	}
	var out bytes.Buffer
	child, err := proc.Start(ctx, proc.Spec{
		Name: "go", Path: path, Args: b.alone, Dir: b.dir, Env: append(os.Environ(), "GOWORK=off"), Stdout: &out, Stderr: &out,
	})
	if err != nil {
		return err
	}
	if err := child.Wait(ctx); err != nil {
		return fmt.Errorf("go %s: %w\n%s", b.alone[0], err, out.String())
	}
	return nil
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
