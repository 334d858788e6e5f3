package rollout

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"stagecraft/checker/internal/check"
)

const (
	// slowStart is how long a service may take until it answers, longestHang until one that hangs must be restarted, longestBlind until one
	// that is not ready must be out of the endpoints. A pause of shortPause is no hang.
	slowStart    = 20 * time.Second
	longestHang  = time.Minute
	longestBlind = 30 * time.Second
	shortPause   = 5 * time.Second

	livePath, readyPath = "/livez", "/readyz"
	metricsPort         = 9100
)

// clientPort is the port that callers of a service use. It opens last.
func clientPort(name string) int32 {
	if name == gateway {
		return 8080
	}
	return 9000
}

// probes judges what the kubelet does with the probes, at a slow start, a pause, a hang, an outage, and at the moment in which a pod
// becomes ready.
func probes(t *check.T, m *shopManifests) {
	for _, name := range services {
		c := m.container(name)
		t.Step("look at the probes of %s", name)
		for _, p := range []namedProbe{{"startupProbe", c.StartupProbe}, {"readinessProbe", c.ReadinessProbe}, {"livenessProbe", c.LivenessProbe}} {
			m.canAsk(t, name, p.kind, p.Probe)
		}
		m.startsSlowly(t, name)
		m.isReadyInTime(t, name)
		m.hangs(t, name)
	}
}

// canAsk requires that the probe can succeed at all.
func (m *shopManifests) canAsk(t *check.T, name, kind string, p *corev1.Probe) {
	if p == nil {
		return
	}
	var why string
	switch {
	case p.Exec != nil:
		why = "the image has one program and no shell: there is nothing to execute"
	case p.GRPC != nil:
		why = "the kubelet's gRPC probe speaks no TLS and has no certificate, and the port takes no call without one"
	case p.HTTPGet == nil && p.TCPSocket == nil:
		why = "it asks nothing"
	case p.HTTPGet != nil && p.HTTPGet.Scheme == corev1.URISchemeHTTPS:
		why = "the ports of the probes speak plain HTTP"
	case p.HTTPGet != nil && p.HTTPGet.Host != "":
		why = "a probe with a host asks that machine, and not the pod"
	case !m.answers(name, p):
		why = fmt.Sprintf("only port %d of the clients and port %d of the metrics are open, and paths are %s and %s", clientPort(name), metricsPort, livePath, readyPath)
		if name != gateway {
			why += "; the port of the clients takes TCP connections, and speaks no HTTP"
		}
	}
	t.True(why == "", check.Failure{
		ID: "never", Sentence: fmt.Sprintf("the %s of %s never succeeds", kind, name), Expected: "a probe that a working pod answers",
		Seen: asked(p), Why: why,
	})
}

// answers says whether a working process answers the probe.
func (m *shopManifests) answers(name string, p *corev1.Probe) bool {
	if p.TCPSocket != nil {
		port := m.port(name, p.TCPSocket.Port)
		return port == clientPort(name) || port == metricsPort
	}
	port := m.port(name, p.HTTPGet.Port)
	return (port == metricsPort || name == gateway && port == clientPort(name)) && (p.HTTPGet.Path == livePath || p.HTTPGet.Path == readyPath)
}

// startsSlowly lets the process answer nothing for slowStart.
func (m *shopManifests) startsSlowly(t *check.T, name string) {
	c := m.container(name)
	kind, guard := "livenessProbe", c.LivenessProbe
	if c.StartupProbe != nil {
		kind, guard = "startupProbe", c.StartupProbe
	}
	if guard == nil {
		return
	}
	t.True(patience(guard) >= slowStart, check.Failure{
		ID: "slow-start", Sentence: name + " is restarted while it starts",
		Expected: fmt.Sprintf("a start of %s survives", slowStart),
		Seen:     fmt.Sprintf("the %s gives up after %s: %s", kind, patience(guard), timing(guard)),
		Why:      "a pod that is killed while it starts begins again, and is killed again: on a slow day no pod comes up, and the release is not the reason",
	})
}

// isReadyInTime requires that the pod is ready after its port is open, and no longer when the process says so.
func (m *shopManifests) isReadyInTime(t *check.T, name string) {
	c := m.container(name)
	ready := c.ReadinessProbe
	t.True(ready != nil, check.Failure{
		ID: "no-readiness", Sentence: name + " is ready as soon as its process exists", Expected: "a readinessProbe", Seen: "none",
		Why: "without one the release goes on, and clients are sent to it, before it has opened its port",
	})
	t.True(ready.HTTPGet != nil && ready.HTTPGet.Path == readyPath && refusals(ready) <= longestBlind, check.Failure{
		ID: "blind", Sentence: name + " gets calls although it says that it is not ready",
		Expected: fmt.Sprintf("a readinessProbe that asks %s, and takes a pod out of the endpoints within %s", readyPath, longestBlind),
		Seen:     fmt.Sprintf("%s; %s", asked(ready), timing(ready)),
		Why:      "an open port, and a process that lives, say nothing about its database; " + readyPath + " does, and answers 503 from the moment at which the stop begins",
	})
	t.True(m.asksClientPort(name, ready) || m.asksClientPort(name, c.StartupProbe), check.Failure{
		ID: "other-port", Sentence: fmt.Sprintf("%s is ready before it listens on port %d", name, clientPort(name)),
		Expected: fmt.Sprintf("a startupProbe or a readinessProbe on port %d, where the clients are", clientPort(name)),
		Seen:     fmt.Sprintf("startupProbe: %s, readinessProbe: %s", asked(c.StartupProbe), asked(ready)),
		Why:      fmt.Sprintf("the server of port %d opens first, and the one for clients last: its answer says nothing about the other", metricsPort),
	})
}

func (m *shopManifests) asksClientPort(name string, p *corev1.Probe) bool {
	switch {
	case p == nil:
		return false
	case p.HTTPGet != nil:
		return m.port(name, p.HTTPGet.Port) == clientPort(name)
	default:
		return m.port(name, p.TCPSocket.Port) == clientPort(name)
	}
}

// hangs lets a process that is up answer nothing, for a moment and for good, and its database be away.
func (m *shopManifests) hangs(t *check.T, name string) {
	live := m.container(name).LivenessProbe
	t.True(live != nil && live.HTTPGet != nil && silence(live) <= longestHang, check.Failure{
		ID: "hang", Sentence: name + " is not restarted when it hangs",
		Expected: fmt.Sprintf("a livenessProbe that asks %s, and fails within %s", livePath, longestHang), Seen: fmt.Sprintf("%s; %s", asked(live), timing(live)),
		Why: "a process in a deadlock serves nothing and does not end by itself; the kernel still accepts connections to its port",
	})
	for _, p := range []namedProbe{{"livenessProbe", live}, {"startupProbe", m.container(name).StartupProbe}} {
		t.True(p.Probe == nil || p.HTTPGet == nil || p.HTTPGet.Path == livePath, check.Failure{
			ID: "follows", Sentence: name + " is restarted when its database is away", Expected: "a " + p.kind + " that asks " + livePath, Seen: asked(p.Probe),
			Why: "a restart does not repair a database; all pods restart together, in the middle of the outage",
		})
	}
	t.True(shortest(live) > shortPause, check.Failure{
		ID: "eager", Sentence: fmt.Sprintf("%s is restarted after a pause of %s", name, shortPause),
		Expected: "a livenessProbe that gives up after more than " + shortPause.String() + " without an answer", Seen: timing(live),
		Why: "a busy node, or a page of memory that has to be read, makes every process pause; a restart makes the node busier",
	})
}

// patience is how long after the start of the container the probe surely still waits: the first of its failures can come at once.
func patience(p *corev1.Probe) time.Duration {
	failures, period := orElse(p.FailureThreshold, 3), orElse(p.PeriodSeconds, 10)
	return time.Duration(p.InitialDelaySeconds+(failures-1)*period) * time.Second
}

// refusals is the longest time until the probe has failed often enough, after the process has begun to answer no.
func refusals(p *corev1.Probe) time.Duration {
	return time.Duration(orElse(p.FailureThreshold, 3)*orElse(p.PeriodSeconds, 10)) * time.Second
}

// silence is the longest time until the probe has failed often enough, after the process has stopped to answer: in the end, or right after its
// start. A probe that waits longer than a period delays the next one.
func silence(p *corev1.Probe) time.Duration {
	failures, period, wait := orElse(p.FailureThreshold, 3), orElse(p.PeriodSeconds, 10), orElse(p.TimeoutSeconds, 1)
	return time.Duration(max(p.InitialDelaySeconds, period)+(failures-1)*max(period, wait)+wait) * time.Second
}

// shortest is the shortest time until the probe has failed often enough, after the process has stopped to answer.
func shortest(p *corev1.Probe) time.Duration {
	failures, period, wait := orElse(p.FailureThreshold, 3), orElse(p.PeriodSeconds, 10), orElse(p.TimeoutSeconds, 1)
	return time.Duration((failures-1)*max(period, wait)+wait) * time.Second
}

func asked(p *corev1.Probe) string {
	switch {
	case p == nil:
		return "none"
	case p.HTTPGet != nil:
		return fmt.Sprintf("httpGet %s on port %s", p.HTTPGet.Path, p.HTTPGet.Port.String())
	case p.TCPSocket != nil:
		return "tcpSocket on port " + p.TCPSocket.Port.String()
	case p.GRPC != nil:
		return fmt.Sprintf("grpc on port %d", p.GRPC.Port)
	case p.Exec != nil:
		return fmt.Sprintf("exec %q", p.Exec.Command)
	default:
		return "nothing"
	}
}

func timing(p *corev1.Probe) string {
	if p == nil {
		return "no timing"
	}
	return fmt.Sprintf("initialDelaySeconds %d, periodSeconds %d, failureThreshold %d, timeoutSeconds %d",
		p.InitialDelaySeconds, orElse(p.PeriodSeconds, 10), orElse(p.FailureThreshold, 3), orElse(p.TimeoutSeconds, 1))
}

type namedProbe struct {
	kind string
	*corev1.Probe
}
