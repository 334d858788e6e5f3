// Command manifests judges Kubernetes manifests without a cluster: as the API server does, whose validation it has as a library, and by
// rules about what belongs together. It also judges the stand-alone configuration of APISIX.
//
//	manifests [-stage DIR] [-single] [-apisix DIR] OVERLAY|FILE...
//
// OVERLAY is a directory with a kustomization.yaml, FILE a file with manifests. With a stage, the variables in the manifests must be those
// that its programs read. It exits with 1 when it finds something.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	stage := flag.String("stage", "", "directory of the stage whose programs read the variables")
	single := flag.Bool("single", false, "one replica is enough, as in development")
	apisix := flag.String("apisix", "", "directory with config.yaml and apisix.yaml of an APISIX in stand-alone mode")
	flag.Parse()
	found, err := run(options{Stage: *stage, Single: *single, APISIX: *apisix}, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "manifests:", err)
		os.Exit(2)
	}
	for _, f := range found {
		fmt.Println(f)
	}
	if len(found) > 0 {
		os.Exit(1)
	}
}

type options struct {
	Stage, APISIX string
	Single        bool
}

func run(o options, targets []string) (found []finding, err error) {
	var variables map[string]bool
	if o.Stage != "" {
		if variables, err = readVariables(o.Stage); err != nil {
			return nil, err
		}
	}
	for _, target := range targets {
		rendered, err := render(target)
		if err != nil {
			return nil, err
		}
		found = append(found, judge(rendered, rules{single: o.Single, variables: variables})...)
		if o.APISIX != "" {
			manifests, _ := parse(rendered)
			mistakes, err := judgeAPISIX(o.APISIX, o.Stage, manifests)
			if err != nil {
				return nil, err
			}
			found = append(found, mistakes...)
		}
	}
	return found, nil
}

// judge returns everything that is wrong with manifests: what the API server would refuse, and what it would take and still is a mistake.
func judge(manifests []byte, r rules) []finding {
	set, found := parse(manifests)
	if len(found) > 0 {
		return found // rules about objects that cannot be read would only repeat it
	}
	return append(validate(set), r.check(set)...)
}

// finding is one mistake. The rule is its name in tests and lessons.
type finding struct{ Rule, Object, Text string }

func (f finding) String() string { return fmt.Sprintf("%s: %s (%s)", f.Object, f.Text, f.Rule) }
