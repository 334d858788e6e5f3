package cli

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/chaos"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/report"
	"stagecraft/checker/internal/run"
)

// chaosFlags are the flags of chaos.
type chaosFlags struct {
	seed             uint64
	length           time.Duration
	rate             float64
	only             []string
	file             string
	mine, plan, list bool
}

func (a *app) chaosCommand() *cobra.Command {
	var f chaosFlags
	c := &cobra.Command{
		Use: "chaos [STAGE]", Args: cobra.MaximumNArgs(1),
		Short: "A game day: faults chosen by a seed against a running stage, and the invariants after each of them",
		Long: "Starts the stage on servers of its own, lets customers buy, and runs one experiment after the other: the steady state holds, a fault,\n" +
			"heal, settle, and the invariants hold. The same seed is the same plan. Ctrl-C heals, settles and judges what there was so far.\n" +
			"Exit 0: every invariant held; 1: one did not; 2: the day could not be judged.",
		Example: "  go run ./checker chaos stage3 --seed 7 --duration 3m\n  go run ./checker chaos --workspace 45 --seed 7 --duration 30s\n" +
			"  go run ./checker chaos --list",
		RunE: func(cmd *cobra.Command, args []string) error { return a.chaos(cmd, args, f) },
	}
	c.Flags().Uint64Var(&f.seed, "seed", 0, "of the plan and the traffic; 0: chosen at random, and printed")
	c.Flags().DurationVar(&f.length, "duration", 10*time.Minute, "how long the faults go on")
	c.Flags().Float64Var(&f.rate, "rate", 10, "requests of the customers per second")
	c.Flags().StringSliceVar(&f.only, "only", nil, "only these experiments")
	c.Flags().StringVar(&f.file, "file", "", "experiments of your own (YAML) instead of those of the checker")
	c.Flags().BoolVar(&f.mine, "workspace", false, "your copy of a lesson (STAGE is the lesson)")
	c.Flags().BoolVar(&f.plan, "plan", false, "print the plan of the seed and stop")
	c.Flags().BoolVar(&f.list, "list", false, "print the experiments and stop")
	return c
}

func (a *app) chaos(cmd *cobra.Command, args []string, f chaosFlags) error {
	s, err := a.studio()
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	experiments, err := f.experiments()
	if err != nil {
		return err
	}
	if f.list {
		for _, e := range experiments {
			fmt.Fprintf(out, "%-22s %s\n", e.Name, e.Why)
		}
		return nil
	}
	if f.seed == 0 {
		f.seed = uint64(rand.Uint32()) + 1 // short enough to type
	}
	if f.plan {
		for _, strike := range chaos.Plan(check.DeriveSeed(f.seed, chaos.CheckID), f.length, experiments) {
			fmt.Fprintf(out, "%8s  %s\n", strike.At.Round(100*time.Millisecond), strike)
		}
		return nil
	}
	if len(args) == 0 && !f.mine {
		args = []string{"stage3"}
	}
	dir, err := s.runnable(args, f.mine)
	if err != nil {
		return err
	}
	repeat := f.command(args)
	fmt.Fprintf(out, "game day over %s for %s: %s\n", s.relative(dir), f.length, repeat)
	day := chaos.Day{Length: f.length, Experiments: experiments, Rate: f.rate, Ended: cmd.Context().Done()}
	began := time.Now()
	// Ctrl-C ends the day, not the judgement; the next one ends the program.
	rep, err := run.Checks(context.WithoutCancel(cmd.Context()), run.Plan{
		Root: s.root, Dir: dir, Lesson: check.LessonRef{Slug: "chaos", Title: "game day", Stage: s.relative(dir)},
		Checks: []check.Check{day.Check()}, Seed: f.seed, Backing: run.Real(s.root),
	}, a.narrateDay(out, cmd.ErrOrStderr(), &began))
	if err != nil {
		return err
	}
	fmt.Fprint(out, "\n"+report.NewEntries(a.style()).Next(rep.Results[0]))
	for _, note := range rep.Results[0].Notes {
		fmt.Fprintln(out, "  "+note)
	}
	fmt.Fprintf(out, "\ntimeline: %s/timeline.html\nagain: %s\n", s.relative(rep.RunDir), repeat)
	if rep.Verdict != check.Pass {
		return judged(rep.Verdict)
	}
	return nil
}

// narrateDay prints each step when it begins.
func (a *app) narrateDay(out, err io.Writer, began *time.Time) func(run.Event) {
	plain := a.narrate(out, err, false)
	return func(e run.Event) {
		switch e := e.(type) {
		case run.CheckStarted:
			*began = e.At
		case run.StepBegan:
			fmt.Fprintf(out, "%8s  %s\n", time.Since(*began).Round(100*time.Millisecond), e.Step.Text)
		default:
			plain(e)
		}
	}
}

// experiments are those of the file, or of the checker, as far as they are asked for.
func (f chaosFlags) experiments() ([]chaos.Experiment, error) {
	all := chaos.Shipped()
	if f.file != "" {
		file, err := os.Open(f.file)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if all, err = chaos.Parse(file); err != nil {
			return nil, fmt.Errorf("%s: %w", f.file, err)
		}
	}
	if len(f.only) == 0 {
		return all, nil
	}
	var chosen []chaos.Experiment
	for _, name := range f.only {
		i := slices.IndexFunc(all, func(e chaos.Experiment) bool { return e.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no experiment %q; `go run ./checker chaos --list` shows them", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// command repeats the day.
func (f chaosFlags) command(args []string) string {
	words := []string{"go run ./checker chaos"}
	if f.mine {
		words = append(words, "--workspace")
	}
	words = append(words, args...)
	words = append(words, fmt.Sprintf("--seed %d --duration %s", f.seed, f.length))
	if f.rate != 10 {
		words = append(words, fmt.Sprintf("--rate %g", f.rate))
	}
	if len(f.only) > 0 {
		words = append(words, "--only "+strings.Join(f.only, ","))
	}
	if f.file != "" {
		words = append(words, "--file "+f.file)
	}
	return strings.Join(words, " ")
}
