package cli

import (
	"github.com/spf13/cobra"

	"stagecraft/checker/internal/kube"
)

func (a *app) setupKubeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "setup-kube", Short: "Build a Kubernetes cluster for stage 4, once", Args: cobra.NoArgs,
		Long: "Stage 4 runs on Kubernetes: on the cluster of " + kube.KubeconfigVariable + ", else on what this command builds from\n" +
			"tools/kube: the real control plane, and kubelets whose containers are processes. It needs Linux, and neither Docker nor root.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot(a.dir)
			if err != nil {
				return err
			}
			return kube.Setup(cmd.Context(), root, say(cmd.OutOrStdout()))
		},
	}
}
