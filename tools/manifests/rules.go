package main

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	psapi "k8s.io/pod-security-admission/api"
	pspolicy "k8s.io/pod-security-admission/policy"
)

// rules are about what the API server takes, and what is a mistake all the same.
type rules struct {
	single    bool
	variables map[string]bool

	found []finding
}

func (r rules) check(s set) []finding {
	for _, w := range s.workloads() {
		for i := range w.template.Spec.Containers {
			c := &w.template.Spec.Containers[i]
			r.checkResources(w, c)
			r.checkVariables(s, w, c)
			r.checkMounts(s, w, c)
			r.checkImage(w, c)
			r.checkCalls(s, w, c)
			if w.deployment != nil {
				r.checkProbes(w, c)
			}
		}
		r.checkSecurity(w)
		if w.deployment != nil {
			r.checkStop(s, w)
			r.checkRollout(s, w)
		}
	}
	r.checkServices(s)
	r.checkDisruption(s)
	r.checkAutoscaling(s)
	r.checkConfigMaps(s)
	return r.found
}

func (r *rules) add(rule, object, text string, args ...any) {
	r.found = append(r.found, finding{rule, object, fmt.Sprintf(text, args...)})
}

func (w workload) String() string { return w.kind + " " + w.name }

func (r *rules) checkResources(w workload, c *corev1.Container) {
	if _, limited := c.Resources.Limits[corev1.ResourceCPU]; limited {
		r.add("cpu-limit", w.String(), "container %s has a CPU limit: it is throttled while the node has time to spare", c.Name)
	}
	if _, limited := c.Resources.Limits[corev1.ResourceMemory]; !limited {
		r.add("memory-limit", w.String(), "container %s has no memory limit: a leak takes the node's memory", c.Name)
	}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if _, requested := c.Resources.Requests[name]; !requested {
			r.add("requests", w.String(), "container %s requests no %s: the scheduler and the autoscaler count with it", c.Name, name)
		}
	}
}

// secretName is the name of a variable whose value must not be seen.
var secretName = regexp.MustCompile(`(^|_)(PASSWORD|PASSWD|SECRET|SECRET_KEY|PRIVATE_KEY|API_KEY|TOKEN|LOGIN_USERS|DATABASE_URL|REDIS_URL|RABBITMQ_URL)$`)

// secretValue is a value that holds a secret, whatever its name: a key, or a URL with a password.
var secretValue = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|[a-z]+://[^/\s:@]*:[^/\s@]+@`)

func (r *rules) checkConfigMaps(s set) {
	for _, m := range ofType[*corev1.ConfigMap](s) {
		for _, key := range slices.Sorted(maps.Keys(m.Data)) {
			value := m.Data[key]
			if secretName.MatchString(key) || secretValue.MatchString(value) {
				r.add("secret", describe(m), "%s is a secret: who may read ConfigMaps reads it; mount it from a Secret", key)
			}
		}
	}
}

func (r *rules) checkVariables(s set, w workload, c *corev1.Container) {
	for _, e := range c.Env {
		if e.ValueFrom == nil && (secretName.MatchString(e.Name) || secretValue.MatchString(e.Value)) {
			r.add("secret", w.String(), "%s is a secret in a manifest; mount it from a Secret, and name the file in %s_FILE", e.Name, e.Name)
		}
	}
	if r.variables == nil || w.template.Labels["app.kubernetes.io/component"] != "service" {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.environment(c))) {
		if !r.variables[name] {
			r.add("variable", w.String(), "no program reads %s", name)
		}
	}
}

// checkMounts finds files of variables that no volume has.
func (r *rules) checkMounts(s set, w workload, c *corev1.Container) {
	environment := s.environment(c)
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		value := environment[name]
		below := func(m corev1.VolumeMount) bool {
			return strings.HasPrefix(value, strings.TrimSuffix(m.MountPath, "/")+"/")
		}
		if strings.HasSuffix(name, "_FILE") && !slices.ContainsFunc(c.VolumeMounts, below) {
			r.add("file", w.String(), "%s is %s, where no volume is mounted", name, value)
		}
	}
}

// ours are images whose tag is that of the release, which the deploy sets.
const ours = "shop/"

func (r *rules) checkImage(w workload, c *corev1.Container) {
	name := path.Base(c.Image)
	switch _, tag, tagged := strings.Cut(name, ":"); {
	case strings.Contains(name, "@sha256:"), strings.HasPrefix(c.Image, ours) && !tagged:
	case !tagged, tag == "latest":
		r.add("image", w.String(), "image %s can be another one tomorrow; give it a version", c.Image)
	}
}

func (r *rules) checkProbes(w workload, c *corev1.Container) {
	probes := map[string]*corev1.Probe{"startupProbe": c.StartupProbe, "livenessProbe": c.LivenessProbe, "readinessProbe": c.ReadinessProbe}
	for _, name := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
		p := probes[name]
		if p == nil {
			r.add("probe", w.String(), "container %s has no %s", c.Name, name)
			continue
		}
		port, path := probed(p)
		if port != (intstr.IntOrString{}) && !hasPort(c, port) {
			r.add("probe", w.String(), "the %s of container %s asks port %s, which it has not", name, c.Name, port.String())
		}
		if name == "livenessProbe" && strings.Contains(path, "ready") {
			r.add("probe", w.String(), "the livenessProbe of container %s asks %s: it restarts the container when a dependency is away", c.Name, path)
		}
	}
	if s := c.StartupProbe; s != nil {
		if limit := period(s) * failures(s); limit < 30 {
			r.add("probe", w.String(), "container %s has %d s to start, want at least 30: a slow start becomes a restart", c.Name, limit)
		}
	}
	if l := c.LivenessProbe; l != nil && period(l)*failures(l) < 30 {
		r.add("probe", w.String(), "container %s is restarted after %d s without an answer, want at least 30: a pause is no deadlock",
			c.Name, period(l)*failures(l))
	}
}

func probed(p *corev1.Probe) (port intstr.IntOrString, path string) {
	switch {
	case p.HTTPGet != nil:
		return p.HTTPGet.Port, p.HTTPGet.Path
	case p.TCPSocket != nil:
		return p.TCPSocket.Port, ""
	case p.GRPC != nil:
		return intstr.FromInt32(p.GRPC.Port), ""
	}
	return intstr.IntOrString{}, ""
}

func period(p *corev1.Probe) int32 {
	if p.PeriodSeconds == 0 {
		return 10
	}
	return p.PeriodSeconds
}

func failures(p *corev1.Probe) int32 {
	if p.FailureThreshold == 0 {
		return 3
	}
	return p.FailureThreshold
}

func hasPort(c *corev1.Container, port intstr.IntOrString) bool {
	for _, p := range c.Ports {
		if port.Type == intstr.String && p.Name == port.StrVal || port.Type == intstr.Int && p.ContainerPort == port.IntVal {
			return true
		}
	}
	return false
}

// defaultGrace is Kubernetes' terminationGracePeriodSeconds.
const defaultGrace = 30 * time.Second

// checkStop finds a stop that SIGKILL interrupts. The grace period begins before the preStop hook.
func (r *rules) checkStop(s set, w workload) {
	grace := defaultGrace
	if seconds := w.template.Spec.TerminationGracePeriodSeconds; seconds != nil {
		grace = time.Duration(*seconds) * time.Second
	}
	for i := range w.template.Spec.Containers {
		c := &w.template.Spec.Containers[i]
		if len(s.servicesOf(w)) > 0 && !recreated(w) && (c.Lifecycle == nil || c.Lifecycle.PreStop == nil) {
			r.add("stop", w.String(), "container %s has no preStop hook: it stops while clients still send it requests", c.Name)
		}
		var hook time.Duration
		if c.Lifecycle != nil && c.Lifecycle.PreStop != nil && c.Lifecycle.PreStop.Sleep != nil {
			hook = time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
		}
		environment := s.environment(c)
		stop, err := time.ParseDuration(environment["SHUTDOWN_TIMEOUT"])
		if err != nil {
			if r.reads(w, "SHUTDOWN_TIMEOUT") {
				r.add("stop", w.String(), "container %s has no SHUTDOWN_TIMEOUT, and its default does not know the preStop hook", c.Name)
			}
			continue
		}
		if hook+stop >= grace {
			r.add("stop", w.String(), "preStop %s + SHUTDOWN_TIMEOUT %s is not less than the grace period of %s: the stop ends with SIGKILL", hook, stop, grace)
		}
		r.checkTold(w, environment, "SHUTDOWN_GRACE_PERIOD", grace)
		r.checkTold(w, environment, "SHUTDOWN_PRE_STOP", hook)
	}
}

// checkTold finds a variable that differs from what it describes.
func (r *rules) checkTold(w workload, environment map[string]string, name string, manifest time.Duration) {
	if value, set := environment[name]; set && value != manifest.String() {
		r.add("stop", w.String(), "%s is %s, but the manifest has %s", name, value, manifest)
	}
}

// reads says whether the programs of the stage read a variable, and the workload is one of them.
func (r *rules) reads(w workload, variable string) bool {
	return r.variables[variable] && w.template.Labels["app.kubernetes.io/component"] == "service"
}

func recreated(w workload) bool {
	return w.deployment.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType
}

func (r *rules) checkRollout(s set, w workload) {
	if recreated(w) {
		return
	}
	update := w.deployment.Spec.Strategy.RollingUpdate
	if update == nil || update.MaxUnavailable == nil || update.MaxUnavailable.String() != "0" {
		r.add("rollout", w.String(), "maxUnavailable is not 0: an old pod stops before a new one is ready")
	}
	if w.deployment.Spec.Replicas != nil && len(s.autoscalersOf(w)) > 0 {
		r.add("replicas", w.String(), "replicas belong to its HorizontalPodAutoscaler: each deploy would put them back to %d", *w.deployment.Spec.Replicas)
	}
	if least := s.replicas(w); least < 2 && !r.single {
		r.add("replicas", w.String(), "%d replica: a node that goes takes the service with it", least)
	}
	if len(w.template.Spec.TopologySpreadConstraints) == 0 && w.template.Spec.Affinity == nil && !r.single {
		r.add("spread", w.String(), "nothing keeps its pods apart: all may be on one node")
	}
	for _, constraint := range w.template.Spec.TopologySpreadConstraints {
		if !selects(constraint.LabelSelector, w.labels()) {
			r.add("spread", w.String(), "a topologySpreadConstraint does not select its own pods")
		}
	}
}

// replicas is the least number of pods that a Deployment has.
func (s set) replicas(w workload) int32 {
	for _, h := range s.autoscalersOf(w) {
		if h.Spec.MinReplicas == nil {
			return 1
		}
		return *h.Spec.MinReplicas
	}
	if w.deployment.Spec.Replicas == nil {
		return 1
	}
	return *w.deployment.Spec.Replicas
}

func (s set) autoscalersOf(w workload) (found []*autoscalingv2.HorizontalPodAutoscaler) {
	for _, h := range ofType[*autoscalingv2.HorizontalPodAutoscaler](s) {
		if h.Spec.ScaleTargetRef.Kind == w.kind && h.Spec.ScaleTargetRef.Name == w.name {
			found = append(found, h)
		}
	}
	return found
}

func (s set) servicesOf(w workload) (found []*corev1.Service) {
	for _, service := range ofType[*corev1.Service](s) {
		if len(service.Spec.Selector) > 0 && labels.SelectorFromSet(service.Spec.Selector).Matches(w.labels()) {
			found = append(found, service)
		}
	}
	return found
}

// checkSecurity applies the profile "restricted" of Pod Security, and what it does not ask for.
func (r *rules) checkSecurity(w workload) {
	evaluator, err := pspolicy.NewEvaluator(pspolicy.DefaultChecks())
	if err != nil {
		panic(err) // the checks are the library's own
	}
	level := psapi.LevelVersion{Level: psapi.LevelRestricted, Version: psapi.LatestVersion()}
	result := pspolicy.AggregateCheckResults(evaluator.EvaluatePod(level, &w.template.ObjectMeta, &w.template.Spec))
	if !result.Allowed {
		r.add("security", w.String(), "%s", result.ForbiddenDetail())
	}
	for _, c := range w.template.Spec.Containers {
		if c.SecurityContext == nil || c.SecurityContext.ReadOnlyRootFilesystem == nil || !*c.SecurityContext.ReadOnlyRootFilesystem {
			r.add("security", w.String(), "container %s can write to its root file system", c.Name)
		}
	}
	if token := w.template.Spec.AutomountServiceAccountToken; token == nil || *token {
		r.add("token", w.String(), "its pods carry a token for the API server, which they do not call")
	}
}

func (r *rules) checkServices(s set) {
	for _, service := range ofType[*corev1.Service](s) {
		if len(service.Spec.Selector) == 0 {
			continue
		}
		var pods []workload
		for _, w := range s.workloads() {
			if labels.SelectorFromSet(service.Spec.Selector).Matches(w.labels()) {
				pods = append(pods, w)
			}
		}
		if len(pods) == 0 {
			r.add("service", describe(service), "its selector matches no pods")
		}
		for _, w := range pods {
			for _, port := range service.Spec.Ports {
				if targetOf(w, port) == 0 {
					r.add("service", describe(service), "port %d leads to %s, which the pods of %s have not", port.Port, port.TargetPort.String(), w)
				}
			}
		}
	}
}

// targetOf returns the port of a pod to which a port of a Service leads; 0 if the pod has none.
func targetOf(w workload, port corev1.ServicePort) int32 {
	target := port.TargetPort
	if target == (intstr.IntOrString{}) {
		target = intstr.FromInt32(port.Port)
	}
	for i := range w.template.Spec.Containers {
		for _, p := range w.template.Spec.Containers[i].Ports {
			if target.Type == intstr.String && p.Name == target.StrVal || target.Type == intstr.Int && p.ContainerPort == target.IntVal {
				return p.ContainerPort
			}
		}
	}
	return 0
}

func (r *rules) checkDisruption(s set) {
	protected := map[string]bool{}
	for _, budget := range ofType[*policyv1.PodDisruptionBudget](s) {
		pods := s.selected(budget.Spec.Selector)
		if len(pods) == 0 {
			r.add("disruption", describe(budget), "its selector matches no pods: it protects nothing")
		}
		if len(pods) > 1 {
			r.add("disruption", describe(budget), "its selector matches the pods of %d workloads, which then share one budget", len(pods))
		}
		for _, w := range pods {
			protected[w.String()] = true
			if w.deployment != nil && !disruptable(budget, s.replicas(w)) {
				r.add("disruption", describe(budget), "it allows no eviction while %s has %d pods: a node can never be drained", w, s.replicas(w))
			}
		}
	}
	for _, w := range s.workloads() {
		if w.deployment != nil && !protected[w.String()] && s.replicas(w) > 1 {
			r.add("disruption", w.String(), "no PodDisruptionBudget matches its pods: a drain may evict all of them at once")
		}
	}
}

// disruptable says whether a budget allows an eviction while all of so many replicas are healthy.
func disruptable(budget *policyv1.PodDisruptionBudget, replicas int32) bool {
	if limit := budget.Spec.MaxUnavailable; limit != nil {
		n, err := intstr.GetScaledValueFromIntOrPercent(limit, int(replicas), true)
		return err == nil && n > 0
	}
	if limit := budget.Spec.MinAvailable; limit != nil {
		n, err := intstr.GetScaledValueFromIntOrPercent(limit, int(replicas), true)
		return err == nil && n < int(replicas)
	}
	return false // Kubernetes' default is minAvailable 1
}

func (r *rules) checkAutoscaling(s set) {
	for _, h := range ofType[*autoscalingv2.HorizontalPodAutoscaler](s) {
		ref := h.Spec.ScaleTargetRef
		if !slices.ContainsFunc(s.workloads(), func(w workload) bool { return w.kind == ref.Kind && w.name == ref.Name }) {
			r.add("autoscaling", describe(h), "there is no %s %s", ref.Kind, ref.Name)
		}
	}
}
