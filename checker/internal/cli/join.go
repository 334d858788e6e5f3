package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/room"
)

func (a *app) joinCommand() *cobra.Command {
	var code, name string
	c := &cobra.Command{
		Use: "join URL --code CODE --name NAME", Short: "Workshop day: let the instructor's board show how far you are",
		Example: "  go run ./checker join http://192.168.1.7:8484 --code 482193 --name Anna",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || code == "" || name == "" {
				return errors.New("a room has an address and a code, and you have a name: go run ./checker join http://192.168.1.7:8484 --code 482193 --name Anna")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.studio()
			if err != nil {
				return err
			}
			in, as, err := room.Client{Root: s.root}.Join(cmd.Context(), args[0], code, name)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "You are in the room %q as %s.\n\n", in, as)
			fmt.Fprintf(out, "After each start, run and hint your checker sends to %s:\n", strings.TrimRight(args[0], "/"))
			fmt.Fprintf(out, "your name, the lesson, the verdict and failure id of each check, the numbers of runs and hints shown, whether the lesson\n"+
				"has passed, and how long ago. Never code, never paths, never logs. Without the room your checks run as before.\n\n")
			fmt.Fprintf(out, "Need help: go run ./checker hand \"what it is about\"\nLeave:     go run ./checker leave\n")
			return nil
		},
	}
	c.Flags().StringVar(&code, "code", "", "the room's code, which the instructor shows")
	c.Flags().StringVar(&name, "name", "", "how the board calls you")
	return c
}

func (a *app) leaveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "leave", Short: "Leave the room: nothing more is sent", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.studio()
			if err != nil {
				return err
			}
			in, err := room.Client{Root: s.root}.Leave(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "You have left the room %q. What it has stays with the instructor, who can remove it.\n", in)
			return nil
		},
	}
}

func (a *app) handCommand() *cobra.Command {
	var down bool
	c := &cobra.Command{
		Use: "hand [TEXT]", Short: "Raise your hand in the room, or put it down", Example: "  go run ./checker hand \"which package owns the clock?\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.studio()
			if err != nil {
				return err
			}
			if err := (room.Client{Root: s.root}).Hand(cmd.Context(), !down, strings.Join(args, " ")); err != nil {
				return err
			}
			if down {
				fmt.Fprintln(cmd.OutOrStdout(), "Your hand is down.")
				return nil
			}
			fmt.Fprintln(cmd.OutOrStdout(), "Your hand is up. `go run ./checker hand --down` puts it down.")
			return nil
		},
	}
	c.Flags().BoolVar(&down, "down", false, "put it down")
	return c
}

// tell reports to the learner's room, if there is one. It costs a second at most and fails no command. What the room has to say is kept for
// showNews.
func (s *studio) tell(ctx context.Context, l lesson.Lesson, of *progress.Lesson, rep room.Report) {
	rep.Lesson, rep.Runs, rep.Passed = l.Name(), of.Runs, !of.PassedAt.IsZero()
	for _, shown := range of.Hints {
		rep.Hints += shown
	}
	client := room.Client{Root: s.root}
	joined, err := client.Add(rep)
	switch {
	case s.background && joined:
		s.sending.Go(func() { client.Send(ctx) })
	case s.background:
	case err != nil:
		s.news = "room: not reported: " + err.Error()
	case joined:
		s.news = client.Send(ctx)
	}
}

// showNews prints what the room has said since the last time.
func (s *studio) showNews(out io.Writer) {
	if s.news != "" {
		fmt.Fprintln(out, s.news)
	}
	s.news = ""
}

// ran is what a run tells the room.
func ran(r check.Report) room.Report {
	rep := room.Report{Kind: room.KindRun, Verdicts: map[string]string{}, Failures: map[string]string{}}
	for _, res := range r.Results {
		if res.Verdict == check.NotRun {
			continue
		}
		rep.Verdicts[res.CheckID] = string(res.Verdict)
		if res.Verdict == check.Fail || res.Verdict == check.BuildError {
			rep.Failures[res.CheckID] = failureOf(res)
		}
	}
	return rep
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
