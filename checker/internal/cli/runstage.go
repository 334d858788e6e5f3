package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"stagecraft/checker/internal/demo"
	"stagecraft/checker/internal/kube"
	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/workspace"
)

func (a *app) runCommand() *cobra.Command {
	var logs, mine, processes bool
	var rate float64
	var env []string
	c := &cobra.Command{
		Use: "run STAGE", Short: "Start a stage with demo traffic, and print what to try", Args: cobra.MaximumNArgs(1),
		Example: "  go run ./checker run stage1\n  go run ./checker run --workspace 17\n  go run ./checker run stage1 --env SAGA_SCAN_INTERVAL=5s",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.studio()
			if err != nil {
				return err
			}
			dir, err := s.runnable(args, mine)
			if err != nil {
				return err
			}
			options := demo.Options{Root: s.root, Dir: dir, Rate: rate, ShowLogs: logs, Out: cmd.OutOrStdout()}
			if options.Env, err = parseEnv(env); err != nil {
				return err
			}
			onKubernetes := !processes && len(env) == 0 && demo.HasManifests(dir)
			if onKubernetes {
				if err := kube.Available(cmd.Context(), s.root); err != nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%v; the services run as processes without it\n", err)
					onKubernetes = false
				}
			}
			if a.screen.interactive && !logs && !onKubernetes {
				return a.showDemo(cmd.Context(), s.relative(dir), options)
			}
			out := cmd.OutOrStdout()
			options.Out = &exports{out: func(line string) { fmt.Fprintln(out, line) }, names: map[string]string{}}
			if onKubernetes {
				return demo.RunOnKubernetes(cmd.Context(), options)
			}
			return demo.Run(cmd.Context(), options)
		},
	}
	c.Flags().BoolVar(&logs, "logs", false, "plain lines with all logs, also on a terminal")
	c.Flags().BoolVar(&mine, "workspace", false, "run your copy of a lesson (STAGE is the lesson)")
	c.Flags().BoolVar(&processes, "processes", false, "run a stage that has manifests without Kubernetes, as the stages before it")
	c.Flags().Float64Var(&rate, "rate", 2, "requests of demo traffic per second; negative for none")
	c.Flags().StringArrayVar(&env, "env", nil, "a variable for every service, as NAME=VALUE; repeatable; services run as processes")
	return c
}

// parseEnv reads NAME=VALUE pairs.
func parseEnv(pairs []string) (map[string]string, error) {
	env := map[string]string{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--env is %q, it must be like SAGA_SCAN_INTERVAL=5s", pair)
		}
		env[name] = value
	}
	return env, nil
}

// runnable finds the directory to run: a stage by the beginning of its name or its number, or a lesson's workspace.
func (s *studio) runnable(args []string, mine bool) (string, error) {
	if mine {
		l, err := s.pick(args)
		if err != nil {
			return "", err
		}
		if !s.started(l) {
			return "", fmt.Errorf("lesson %d has not been started; `go run ./checker start %d` makes your copy", l.Number, l.Number)
		}
		return workspace.Path(s.root, l), nil
	}
	stages := paths.Match(s.root, "stage*")
	var names []string
	for _, dir := range stages {
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() {
			continue
		}
		name := filepath.Base(dir)
		names = append(names, name)
		if len(args) == 1 && args[0] != "" && (strings.HasPrefix(name, strings.TrimSuffix(args[0], "/")) || strings.HasPrefix(name, "stage"+args[0]+"-")) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("which stage? There are: %s", strings.Join(names, ", "))
}
