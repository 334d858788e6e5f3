package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
	"k8s.io/client-go/util/jsonpath"
)

// replicas of each Deployment.
const replicas = 2

// cluster is a small Kubernetes: Deployments whose pods follow their template, and a Job. Time passes when a command waits, and when the service
// level is asked for.
type cluster struct {
	mu          sync.Mutex
	deployments []*deployment
	faults      faults
	calls       []string
	migrated    bool // the Job was applied
	unsupported string
}

// faults are what goes wrong.
type faults struct {
	migration bool   // the Job fails
	apply     bool   // the Deployments of the release are refused
	unready   string // the pods of this Deployment's new release never become ready
	stuck     string // the second pod of this Deployment's new release never becomes ready
	pause     string // this Deployment cannot be paused
	resume    string // the first time, this Deployment cannot be resumed
	undo      string // this Deployment cannot be undone
	// calls are what happens when a command is called for the first time: "rollout undo".
	calls map[string]func()
}

type deployment struct {
	name     string
	template string // the image
	release  string // the image before the release
	revision int
	history  map[int]string
	paused   bool
	touched  []string // commands that changed it, but for apply
	pods     []pod
}

type pod struct {
	template string
	ready    bool
}

func newCluster(f faults) *cluster {
	c := &cluster{faults: f}
	for _, name := range []string{"gateway", "order", "redis"} {
		image := "registry.example/" + name + ":v1"
		if name == "redis" {
			image = "redis:7.4.2"
		}
		d := &deployment{name: name, template: image, release: image, revision: 7, history: map[int]string{6: image + "-older", 7: image}}
		for range replicas {
			d.pods = append(d.pods, pod{image, true})
		}
		c.deployments = append(c.deployments, d)
	}
	return c
}

// serve answers calls of kubectl at a socket until it is closed.
func (c *cluster) serve(socket net.Listener) {
	for {
		connection, err := socket.Accept()
		if err != nil {
			return
		}
		var call struct {
			Args  []string `json:"args"`
			Dir   string   `json:"dir"`
			Input string   `json:"input"`
		}
		if err := json.NewDecoder(connection).Decode(&call); err == nil {
			out, err := c.run(call.Args, call.Dir, call.Input)
			answer := map[string]any{"out": out, "code": 0}
			if err != nil {
				answer["err"], answer["code"] = err.Error(), 1
			}
			_ = json.NewEncoder(connection).Encode(answer)
		}
		_ = connection.Close()
	}
}

// tick lets time pass: pods become ready, and rollouts that are not paused go on to their end.
func (c *cluster) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.deployments {
		c.move(d)
	}
}

func (c *cluster) move(d *deployment) {
	fresh := d.template != d.release
	if fresh && c.faults.unready == d.name {
		return
	}
	for i := range d.pods {
		d.pods[i].ready = true
	}
	if d.paused {
		return
	}
	if fresh && c.faults.stuck == d.name {
		d.pods = []pod{{d.template, true}, {d.template, false}, {d.release, true}}
		return
	}
	d.pods = nil
	for range replicas {
		d.pods = append(d.pods, pod{d.template, true})
	}
}

// start makes the first pod of a new template: maxSurge is 1, maxUnavailable 0.
func (d *deployment) start() {
	if d.paused || d.updated() > 0 {
		return
	}
	d.pods = slices.DeleteFunc(d.pods, func(p pod) bool { return !p.ready })
	d.pods = append(d.pods, pod{d.template, false})
}

func (d *deployment) updated() int {
	n := 0
	for _, p := range d.pods {
		if p.template == d.template {
			n++
		}
	}
	return n
}

func (d *deployment) ready() int {
	n := 0
	for _, p := range d.pods {
		if p.ready {
			n++
		}
	}
	return n
}

func (d *deployment) complete() bool {
	return d.updated() == len(d.pods) && len(d.pods) == replicas && d.ready() == replicas
}

func (d *deployment) set(template string) {
	if template == d.template {
		return
	}
	d.template = template
	d.revision++
	d.history[d.revision] = template
	d.start()
}

// object is the Deployment as the API server returns it, as far as scripts read it.
func (d *deployment) object() map[string]any {
	labels := map[string]any{"app.kubernetes.io/name": d.name}
	available := "False"
	if d.ready() >= replicas {
		available = "True"
	}
	return map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{
			"name": d.name, "generation": d.revision, "labels": labels,
			"annotations": map[string]any{"deployment.kubernetes.io/revision": strconv.Itoa(d.revision)},
		},
		"spec": map[string]any{
			"replicas": replicas, "paused": d.paused,
			"template": map[string]any{
				"metadata": map[string]any{"labels": labels},
				"spec":     map[string]any{"containers": []any{map[string]any{"name": d.name, "image": d.template}}},
			},
		},
		"status": map[string]any{
			"observedGeneration": d.revision, "replicas": len(d.pods), "updatedReplicas": d.updated(), "readyReplicas": d.ready(),
			"availableReplicas": d.ready(), "unavailableReplicas": len(d.pods) - d.ready(),
			"conditions": []any{map[string]any{"type": "Available", "status": available}},
		},
	}
}

// flags of kubectl that take a value.
var valued = []string{
	"-f", "--filename", "-l", "--selector", "-o", "--output", "-n", "--namespace", "--timeout", "--for", "--to-revision", "--tail", "--context",
	"--kubeconfig", "--field-manager", "--request-timeout", "--revision",
}

// parse separates the words of a call from its flags, whose names are the long ones.
func parse(args []string) (words []string, flags map[string]string) {
	long := map[string]string{"-f": "--filename", "-l": "--selector", "-o": "--output", "-n": "--namespace"}
	flags = map[string]string{}
	for i := 0; i < len(args); i++ {
		name, value, has := strings.Cut(args[i], "=")
		switch {
		case !strings.HasPrefix(args[i], "-"), args[i] == "-":
			words = append(words, args[i])
			continue
		case !has && len(name) > 2 && !strings.HasPrefix(name, "--"):
			name, value = name[:2], name[2:] // -oname
		case !has && slices.Contains(valued, name) && i+1 < len(args):
			i++
			value = args[i]
		}
		if full := long[name]; full != "" {
			name = full
		}
		flags[name] = value
	}
	return words, flags
}

func (c *cluster) run(args []string, dir, input string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, strings.Join(args, " "))
	words, flags := parse(args)
	if len(words) == 0 {
		return "", c.refuse(args)
	}
	verb := words[0]
	if verb == "rollout" && len(words) > 1 {
		verb += " " + words[1]
		words = words[1:]
	}
	words = words[1:]
	if happens := c.faults.calls[verb]; happens != nil {
		delete(c.faults.calls, verb)
		happens()
	}
	switch verb {
	case "kustomize":
		return c.kustomize(dir, words)
	case "delete", "logs", "annotate", "label", "rollout history", "version", "cluster-info", "describe":
		return "", nil
	case "apply":
		return c.apply(dir, input, flags)
	case "get":
		return c.get(args, words, flags)
	case "wait":
		return c.wait(args, words, flags)
	case "rollout pause", "rollout resume", "rollout undo", "rollout status", "rollout restart":
		return c.rollout(strings.TrimPrefix(verb, "rollout "), args, words, flags)
	}
	return "", c.refuse(args)
}

// refuse is for calls that the lesson does not name.
func (c *cluster) refuse(args []string) error {
	text := "kubectl " + strings.Join(args, " ")
	if c.unsupported == "" {
		c.unsupported = text
	}
	return fmt.Errorf("error: the checker's cluster does not know: %s", text)
}

// kustomize renders the release: a Job with what it needs, two services with the tag of the kustomization, and a Deployment that no release changes.
func (c *cluster) kustomize(dir string, words []string) (string, error) {
	overlay := "."
	if len(words) > 0 {
		overlay = words[0]
	}
	if !filepath.IsAbs(overlay) {
		overlay = filepath.Join(dir, overlay)
	}
	text, err := os.ReadFile(filepath.Join(overlay, "kustomization.yaml"))
	if err != nil {
		return "", fmt.Errorf("error: unable to find kustomization.yaml: %w", err)
	}
	var k struct {
		Images []struct {
			Name    string `yaml:"name"`
			NewName string `yaml:"newName"`
			NewTag  string `yaml:"newTag"`
		} `yaml:"images"`
	}
	if err := yaml.Unmarshal(text, &k); err != nil {
		return "", fmt.Errorf("error: %w", err)
	}
	var out strings.Builder
	out.WriteString("apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, labels: {app.kubernetes.io/component: migration}}\n")
	for _, d := range c.deployments {
		image := d.release
		for _, renamed := range k.Images {
			if renamed.Name == "shop/"+d.name {
				image = renamed.NewName + ":" + renamed.NewTag
			}
		}
		fmt.Fprintf(&out, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s, labels: {app.kubernetes.io/component: service}}\n"+
			"spec: {replicas: %d, template: {spec: {containers: [{name: %s, image: %q}]}}}\n", d.name, replicas, d.name, image)
	}
	return out.String(), nil
}

type manifest struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name   string            `yaml:"name"`
		Labels map[string]string `yaml:"labels"`
	} `yaml:"metadata"`
	Spec struct {
		Paused   *bool `yaml:"paused"`
		Template struct {
			Spec struct {
				Containers []struct {
					Image string `yaml:"image"`
				} `yaml:"containers"`
			} `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

func (c *cluster) apply(dir, input string, flags map[string]string) (string, error) {
	text := []byte(input)
	if file := flags["--filename"]; file != "-" {
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return "", fmt.Errorf("error: %w", err)
		}
	}
	var out strings.Builder
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var m manifest
		if err := decoder.Decode(&m); err != nil {
			return out.String(), nil
		}
		if !selected(flags["--selector"], m.Metadata.Labels) {
			continue
		}
		if m.Kind == "Job" {
			c.migrated = true
		}
		d := c.find(m.Metadata.Name)
		if m.Kind != "Deployment" || d == nil || len(m.Spec.Template.Spec.Containers) == 0 {
			continue
		}
		if c.faults.apply && d.name != "gateway" { // the first one is applied
			return out.String(), fmt.Errorf("error from server (Forbidden): deployments.apps %q is forbidden", d.name)
		}
		if m.Spec.Paused != nil {
			d.paused = *m.Spec.Paused
		}
		d.set(m.Spec.Template.Spec.Containers[0].Image)
		fmt.Fprintf(&out, "deployment.apps/%s configured\n", d.name)
	}
}

// selected knows selectors of the form a=b, a==b, a!=b, with commas.
func selected(selector string, labels map[string]string) bool {
	for term := range strings.SplitSeq(selector, ",") {
		if name, value, ok := strings.Cut(term, "!="); ok {
			if labels[name] == value {
				return false
			}
		} else if name, value, ok := strings.Cut(term, "="); ok && labels[name] != strings.TrimPrefix(value, "=") {
			return false
		}
	}
	return true
}

func (c *cluster) find(name string) *deployment {
	for _, d := range c.deployments {
		if d.name == name {
			return d
		}
	}
	return nil
}

// named returns the Deployments that a call names: deployment/order, deploy order gateway, deployments.
func (c *cluster) named(words []string) (all []*deployment, list bool, err error) {
	kinds := []string{"deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"}
	list = true
	for i, word := range words {
		kind, name, pair := strings.Cut(word, "/")
		switch {
		case pair && !slices.Contains(kinds, kind), i == 0 && !pair && !slices.Contains(kinds, word):
			return nil, false, fmt.Errorf("no Deployment")
		case i == 0 && !pair:
			continue
		case !pair:
			name = word
		}
		list = false
		d := c.find(name)
		if d == nil {
			return nil, false, fmt.Errorf("error from server (NotFound): deployments.apps %q not found", name)
		}
		all = append(all, d)
	}
	if list {
		all = c.deployments
	}
	return all, list || len(all) > 1, nil
}

func (c *cluster) get(args, words []string, flags map[string]string) (string, error) {
	all, list, err := c.named(words)
	if err != nil {
		if strings.HasPrefix(err.Error(), "error from") {
			return "", err
		}
		return "", c.refuse(args)
	}
	var object any
	items := make([]any, len(all))
	for i, d := range all {
		items[i] = d.object()
	}
	object = map[string]any{"apiVersion": "v1", "kind": "List", "items": items}
	if !list {
		object = items[0]
	}
	switch format, template, _ := strings.Cut(flags["--output"], "="); format {
	case "jsonpath":
		return printed(object, template)
	case "json":
		text, err := json.Marshal(object)
		return string(text), err
	case "yaml":
		text, err := yaml.Marshal(object)
		return string(text), err
	case "name", "":
		var out strings.Builder
		for _, d := range all {
			fmt.Fprintf(&out, "deployment.apps/%s\n", d.name)
		}
		return out.String(), nil
	}
	return "", c.refuse(args)
}

func printed(object any, template string) (string, error) {
	if !strings.Contains(template, "{") {
		template = "{" + template + "}"
	}
	path := jsonpath.New("path").AllowMissingKeys(true)
	path.EnableJSONOutput(false)
	if err := path.Parse(template); err != nil {
		return "", fmt.Errorf("error: error parsing jsonpath %s: %w", template, err)
	}
	text, err := json.Marshal(object) // numbers as the API server's
	if err != nil {
		return "", err
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := path.Execute(&out, plain); err != nil {
		return "", fmt.Errorf("error: %w", err)
	}
	return out.String(), nil
}

// wait lets time pass until the condition holds, at most a few times.
func (c *cluster) wait(args, words []string, flags map[string]string) (string, error) {
	condition := flags["--for"]
	timedOut := fmt.Errorf("error: timed out waiting for the condition on %s", strings.Join(words, " "))
	if len(words) > 0 && strings.Contains(words[0], "job") {
		if c.faults.migration || !c.migrated || !strings.EqualFold(condition, "condition=complete") {
			return "", timedOut
		}
		return "job.batch/migrate condition met\n", nil
	}
	all, _, err := c.named(words)
	if err != nil {
		return "", err
	}
	for _, d := range all {
		met := false
		for range 3 {
			switch kind, rest, _ := strings.Cut(condition, "="); {
			case kind == "jsonpath":
				at := strings.LastIndex(rest, "}")
				value, err := printed(d.object(), strings.Trim(rest[:at+1], "'"))
				if err != nil {
					return "", err
				}
				wanted := strings.TrimPrefix(strings.Trim(rest[at+1:], "'"), "=")
				met = wanted == "" && value != "" || value == strings.Trim(wanted, `"'`)
			case kind == "condition" && strings.EqualFold(rest, "available"):
				met = d.ready() >= replicas
			default:
				return "", c.refuse(args)
			}
			if met {
				break
			}
			for _, other := range c.deployments {
				c.move(other)
			}
		}
		if !met {
			return "", timedOut
		}
	}
	return "", nil
}

func (c *cluster) rollout(verb string, args, words []string, flags map[string]string) (string, error) {
	all, _, err := c.named(words)
	if err != nil {
		if strings.HasPrefix(err.Error(), "error from") {
			return "", err
		}
		return "", c.refuse(args)
	}
	for _, d := range all {
		if verb != "status" {
			d.touched = append(d.touched, verb)
		}
		if err := c.one(verb, d, flags); err != nil {
			return "", err
		}
	}
	return "", nil
}

func (c *cluster) one(verb string, d *deployment, flags map[string]string) error {
	refused := fmt.Errorf("error from server (Forbidden): deployments.apps %q is forbidden", d.name)
	switch verb {
	case "pause":
		if c.faults.pause == d.name {
			return refused
		}
		if d.paused {
			return fmt.Errorf("error: deployments.apps %q is already paused", d.name)
		}
		d.paused = true
	case "resume":
		if c.faults.resume == d.name {
			c.faults.resume = ""
			return fmt.Errorf("error from server (Timeout): the server was unable to return a response in the time allotted")
		}
		if !d.paused {
			return fmt.Errorf("error: deployments.apps %q is not paused", d.name)
		}
		d.paused = false
		d.start()
	case "undo":
		if c.faults.undo == d.name {
			return refused
		}
		if d.paused {
			return fmt.Errorf("error: cannot rollback a paused deployment; resume it first with 'kubectl rollout resume deployment/%s' and try again", d.name)
		}
		revision, _ := strconv.Atoi(flags["--to-revision"])
		template, known := d.history[revision]
		if revision == 0 {
			template, known = d.previous()
		}
		if !known {
			return fmt.Errorf("error: unable to find specified revision %d in history", revision)
		}
		d.set(template)
	case "restart":
		return c.refuse([]string{"rollout", "restart", d.name})
	case "status":
		for _, other := range c.deployments {
			c.move(other)
		}
		if !d.complete() {
			return fmt.Errorf("error: timed out waiting for the condition: %d out of %d new replicas of %s have been updated", d.updated(), replicas, d.name)
		}
	}
	return nil
}

// previous is the template of the revision before the one that is wanted.
func (d *deployment) previous() (string, bool) {
	for revision := d.revision - 1; revision > 0; revision-- {
		if template, ok := d.history[revision]; ok && template != d.template {
			return template, true
		}
	}
	return "", false
}

// state describes all Deployments in a few words.
func (c *cluster) state() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, d := range c.deployments {
		old, fresh := 0, 0
		for _, p := range d.pods {
			if p.template == d.release {
				old++
			} else {
				fresh++
			}
		}
		text := fmt.Sprintf("%s: %d old and %d new pods", d.name, old, fresh)
		if d.ready() < len(d.pods) {
			text += fmt.Sprintf(" (%d not ready)", len(d.pods)-d.ready())
		}
		if d.paused {
			text += ", paused"
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}
