package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/author"
	"stagecraft/checker/internal/check"
)

func (a *app) authorCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "author", Short: "Tools for those who write lessons", Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(a.verifyCommand(), a.mutateCommand(), a.soakCommand(), a.benchCommand(), a.packagesCommand(), a.carryCommand(), a.driftCommand())
	return c
}

func (a *app) verifyCommand() *cobra.Command {
	var stage string
	c, o := a.proof("verify", "Prove that lessons grade correctly: starters, references, alternatives, mutants",
		func(ctx context.Context, o author.Options) error {
			if stage != "" {
				return author.VerifyStage(ctx, o, stage)
			}
			return author.Verify(ctx, o)
		})
	c.Flags().StringVar(&stage, "stage", "", "grade this stage with the checks of earlier stages' lessons instead, like stage2-async")
	c.Flags().StringVar(&o.Only, "only", "", "only variants with this in their name, like mutant/late")
	c.Flags().BoolVar(&o.Changed, "changed", false, "only lessons that differ from lessons/verified.jsonl, and a sample of the others")
	c.Flags().StringVar(&o.Shard, "shard", "", "only one part of the lessons, like 2/4")
	c.Flags().BoolVar(&o.Record, "record", true, "write what was proved to lessons/verified.jsonl")
	c.Flags().BoolVar(&o.RequireMutation, "require-mutation", false, "a missing, stale or low mutation score is a fault")
	return c
}

func (a *app) mutateCommand() *cobra.Command {
	var limit int
	c, o := a.proof("mutate", "Grade wrong versions made by machine and list those that no check fails", func(ctx context.Context, o author.Options) error {
		return author.Mutate(ctx, o, limit)
	})
	c.Flags().IntVar(&limit, "limit", 0, "only a sample of so many mutants per lesson; --seed repeats it")
	c.Flags().StringVar(&o.Only, "only", "", "only mutants with this in their key, like Money.Add; implies --record=false")
	c.Flags().BoolVar(&o.Record, "record", true, "write the score to lessons/verified.jsonl")
	return c
}

func (a *app) soakCommand() *cobra.Command {
	var times int
	c, _ := a.proof("soak", "Grade references under load and count false failures", func(ctx context.Context, o author.Options) error {
		return author.Soak(ctx, o, times)
	})
	c.Flags().IntVar(&times, "times", 20, "how often")
	return c
}

func (a *app) benchCommand() *cobra.Command {
	c, _ := a.proof("bench", "Time from save to verdict beside what the go command alone needs", author.Bench)
	return c
}

func (a *app) packagesCommand() *cobra.Command {
	var all, passed bool
	c := &cobra.Command{
		Use: "packages STAGE", Short: "List the packages of a stage whose tests can find something new", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			if passed {
				return author.Tested(root, args[0])
			}
			packages, err := author.Packages(cmd.Context(), root, args[0], all)
			for _, pkg := range packages {
				fmt.Fprintln(cmd.OutOrStdout(), pkg)
			}
			return err
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all packages")
	c.Flags().BoolVar(&passed, "passed", false, "put on record that the tests of the packages that were listed last have passed")
	return c
}

// withScores adds --author to a command that lists lessons: how well their checks do on mutants.
func (a *app) withScores(c *cobra.Command) *cobra.Command {
	scores := c.Flags().Bool("author", false, "the mutation score of each lesson instead, for authors")
	learners := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if !*scores {
			return learners(cmd, args)
		}
		root, err := findRoot(a.dir)
		if err != nil {
			return err
		}
		return author.PrintScores(cmd.Context(), root, cmd.OutOrStdout())
	}
	return c
}

// proof makes a command over all lessons, or over those named. The caller may bind more flags to the options.
func (a *app) proof(use, short string, do func(context.Context, author.Options) error) (*cobra.Command, *author.Options) {
	o := &author.Options{}
	c := &cobra.Command{
		Use: use + " [LESSON …]", Short: short,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			o.Root, o.Lessons, o.Out = root, args, cmd.OutOrStdout()
			return a.proven(do(cmd.Context(), *o))
		},
	}
	c.Flags().IntVar(&o.Parallel, "parallel", 0, "how many side by side (default: one per core)")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "repeat a run's randomness")
	return c, o
}

// proven turns faults that were found and printed into exit codes: 1 the lessons are wrong, 2 something could not be judged.
func (a *app) proven(err error) error {
	var faulty *author.Faulty
	if !errors.As(err, &faulty) {
		return err
	}
	fmt.Fprintln(a.err, "stagecraft: "+faulty.Error())
	if faulty.Found > 0 {
		return judged(check.Fail)
	}
	return judged(check.Unknown)
}
