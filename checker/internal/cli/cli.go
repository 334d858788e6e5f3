// Package cli is the command line: commands, plain output, exit codes, and the way into the terminal interface.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/proc"
)

// Exit codes. A usage error is one that the checker could not judge.
const (
	exitPass    = 0
	exitFail    = 1
	exitUnknown = 2
)

// The help lists commands in the order in which a learner meets them.
func init() { cobra.EnableCommandSorting = false }

// app is what every command writes to and knows about the terminal.
type app struct {
	in       io.Reader
	out, err io.Writer
	screen   screen
	dir      string // where the learner stands
}

// judged ends a command with the exit code of a verdict; what there was to say has been said.
type judged check.Verdict

func (j judged) Error() string { return string(j) }

// Main runs the command that args (without the program's name) ask for and returns the exit code.
func Main(args []string) int {
	proc.CleanEnvironment()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// The first signal stops in order; the next one ends the program at once, and the warden cleans up after it.
	context.AfterFunc(ctx, stop)
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "stagecraft: "+err.Error())
		return exitUnknown
	}
	a := &app{dir: dir, in: os.Stdin, out: os.Stdout, err: os.Stderr, screen: lookAt(os.Stdin, os.Stdout, os.Getenv)}
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	var verdict judged
	var code exitCode
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &verdict):
		return check.Verdict(verdict).ExitCode()
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.err, "interrupted")
		return exitUnknown
	}
	fmt.Fprintln(a.err, "stagecraft: "+err.Error())
	return exitUnknown
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "checker",
		Short: "Stagecraft: build services that survive, by breaking them",
		Long: "Stagecraft grades your version of a small shop on real servers.\n" +
			"Without a command it opens the terminal interface where you were.\n\n" +
			"Shell completion: `make checker`, put .stagecraft/bin into PATH, then `source <(checker completion bash)`;\n" +
			"zsh, fish and powershell work the same way.",
		Example:       "  make lesson 1                  read, edit, watch the checks turn green\n  go run ./checker check 16       grade in plain lines",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.screen.interactive {
				return a.open(cmd.Context(), uiStart{})
			}
			return a.list(cmd.OutOrStdout())
		},
	}
	root.SuggestionsMinimumDistance = 2
	root.AddGroup(
		&cobra.Group{ID: "learn", Title: "Lessons"},
		&cobra.Group{ID: "servers", Title: "Services and servers"},
		&cobra.Group{ID: "room", Title: "Workshop day"},
		&cobra.Group{ID: "author", Title: "For authors"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("learn", a.listCommand(), a.startCommand(), a.lessonCommand(), a.checkCommand(), a.watchCommand(), a.hintCommand(),
		a.findingsCommand(), a.diffCommand(), a.solutionCommand(), a.recapCommand(), a.timelineCommand(), a.logsCommand(), a.resetCommand(), a.backupsCommand())
	add("servers", a.runCommand(), a.loadCommand(), a.upCommand(), a.downCommand(), a.doctorCommand(), a.setupCommand(), a.setupKubeCommand(), a.execCommand(), a.chaosCommand(), a.newServiceCommand())
	add("room", a.roomCommand(), a.joinCommand(), a.handCommand(), a.leaveCommand())
	add("author", a.authorCommand())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; `%s --help` shows what there is", err, cmd.CommandPath())
	})
	return root
}

// noCommand refuses words that are no command, and guesses what was meant.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	// Anything is near to a number: only words are guessed at.
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 && len(args[0]) > 2 {
		return fmt.Errorf("there is no command %q; did you mean `%s`?", args[0], near[0])
	}
	return fmt.Errorf("there is no command %q; `go run ./checker start %s` opens a lesson, `go run ./checker --help` lists the commands", args[0], args[0])
}

// oneLesson is the arguments of commands about a lesson: at most one word.
func oneLesson(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("one lesson at a time; `%s %s` is enough", cmd.CommandPath(), args[0])
	}
	return nil
}
