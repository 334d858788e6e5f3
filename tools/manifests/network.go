package main

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// call is an address in a variable that names a Service: dns:///order:9000, http://paymentsim:8090.
type call struct {
	variable string
	dns      bool
	service  *corev1.Service
	port     corev1.ServicePort
}

// checkCalls follows the addresses of Services in the variables of a container.
func (r *rules) checkCalls(s set, w workload, c *corev1.Container) {
	environment := s.environment(c)
	for _, variable := range slices.Sorted(maps.Keys(environment)) {
		value := environment[variable]
		host, port, dns, ok := splitAddress(value)
		if !ok {
			continue
		}
		service := s.serviceNamed(host)
		if service == nil {
			if strings.HasSuffix(variable, "_TARGET") {
				r.add("target", w.String(), "%s is %s, and there is no Service %s", variable, value, host)
			}
			continue
		}
		i := slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == port })
		if i < 0 {
			r.add("target", w.String(), "%s is %s, and Service %s has no port %d", variable, value, host, port)
			continue
		}
		r.checkCall(s, w, call{variable, dns, service, service.Spec.Ports[i]})
	}
	if len(environment) > 0 && !s.resolves(w) {
		r.add("network", w.String(), "no NetworkPolicy lets its pods ask the DNS")
	}
	for _, direction := range []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress} {
		if s.allows(w, direction, func(*networkingv1.NetworkPolicy) bool { return false }) {
			r.add("network", w.String(), "no NetworkPolicy is about its %s: everything is allowed", strings.ToLower(string(direction)))
		}
	}
}

func (r *rules) checkCall(s set, w workload, c call) {
	headless := c.service.Spec.ClusterIP == corev1.ClusterIPNone
	grpc := strings.HasSuffix(c.variable, "_TARGET")
	switch {
	case grpc && !c.dns:
		r.add("balancing", w.String(), "%s is no dns:/// name: the client uses one address of it for all calls", c.variable)
	case grpc && !headless:
		r.add("balancing", w.String(), "%s names a Service with a ClusterIP, which balances connections: all calls go to one pod", c.variable)
	}
	for _, callee := range s.workloads() {
		if !labels.SelectorFromSet(c.service.Spec.Selector).Matches(callee.labels()) {
			continue
		}
		port := targetOf(callee, c.port)
		if !s.leaves(w, callee, port) {
			r.add("network", w.String(), "no NetworkPolicy lets its pods call %s at port %d, as %s says", callee, port, c.variable)
		}
		if !s.enters(w, callee, port) {
			r.add("network", callee.String(), "no NetworkPolicy lets the pods of %s in at port %d", w, port)
		}
	}
}

// splitAddress reads host:port, with a scheme or without.
func splitAddress(value string) (host string, port int32, dns, ok bool) {
	if rest, found := strings.CutPrefix(value, "dns:///"); found {
		value, dns = "grpc://"+rest, true
	} else if !strings.Contains(value, "://") {
		value = "grpc://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" {
		return "", 0, false, false
	}
	n, err := strconv.ParseInt(u.Port(), 10, 32)
	return u.Hostname(), int32(n), dns, err == nil
}

// serviceNamed finds a Service by its name in the DNS: name, name.namespace, name.namespace.svc, name.namespace.svc.cluster.local.
func (s set) serviceNamed(host string) *corev1.Service {
	name, rest, _ := strings.Cut(strings.TrimSuffix(host, "."), ".")
	for _, service := range ofType[*corev1.Service](s) {
		namespace := service.Namespace
		if service.Name == name && slices.Contains([]string{"", namespace, namespace + ".svc", namespace + ".svc.cluster.local"}, rest) {
			return service
		}
	}
	return nil
}

// leaves says whether the NetworkPolicies let a pod call another one. Without a policy about its egress everything is allowed.
func (s set) leaves(from, to workload, port int32) bool {
	return s.allows(from, networkingv1.PolicyTypeEgress, func(p *networkingv1.NetworkPolicy) bool {
		return slices.ContainsFunc(p.Spec.Egress, func(rule networkingv1.NetworkPolicyEgressRule) bool {
			return peers(rule.To, to) && onPort(rule.Ports, to, port)
		})
	})
}

func (s set) enters(from, to workload, port int32) bool {
	return s.allows(to, networkingv1.PolicyTypeIngress, func(p *networkingv1.NetworkPolicy) bool {
		return slices.ContainsFunc(p.Spec.Ingress, func(rule networkingv1.NetworkPolicyIngressRule) bool {
			return peers(rule.From, from) && onPort(rule.Ports, to, port)
		})
	})
}

// resolves says whether a pod may ask the DNS of the cluster, which is in another namespace.
func (s set) resolves(from workload) bool {
	return s.allows(from, networkingv1.PolicyTypeEgress, func(p *networkingv1.NetworkPolicy) bool {
		return slices.ContainsFunc(p.Spec.Egress, func(rule networkingv1.NetworkPolicyEgressRule) bool {
			return len(rule.Ports) == 0 || slices.ContainsFunc(rule.Ports, func(p networkingv1.NetworkPolicyPort) bool {
				udp := p.Protocol != nil && *p.Protocol == corev1.ProtocolUDP
				return udp && (p.Port == nil || p.Port.IntVal == 53)
			})
		})
	})
}

// allows says whether one of the policies about a pod allows something, or none is about it.
func (s set) allows(w workload, direction networkingv1.PolicyType, allowed func(*networkingv1.NetworkPolicy) bool) bool {
	isolated := false
	for _, p := range ofType[*networkingv1.NetworkPolicy](s) {
		if !slices.Contains(p.Spec.PolicyTypes, direction) || !selects(&p.Spec.PodSelector, w.labels()) {
			continue
		}
		isolated = true
		if allowed(p) {
			return true
		}
	}
	return !isolated
}

// peers says whether a list of peers, of which none means all, has the pods of a workload of the same namespace.
func peers(list []networkingv1.NetworkPolicyPeer, w workload) bool {
	if len(list) == 0 {
		return true
	}
	return slices.ContainsFunc(list, func(p networkingv1.NetworkPolicyPeer) bool {
		return p.NamespaceSelector == nil && p.PodSelector != nil && selects(p.PodSelector, w.labels())
	})
}

func selects(selector *metav1.LabelSelector, of labels.Set) bool {
	matches, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && matches.Matches(of)
}

// onPort says whether a rule is about a port of a pod, which it may name.
func onPort(ports []networkingv1.NetworkPolicyPort, w workload, port int32) bool {
	if len(ports) == 0 {
		return true
	}
	return slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		if p.Protocol != nil && *p.Protocol != corev1.ProtocolTCP {
			return false
		}
		if p.Port == nil {
			return true
		}
		if p.Port.Type == intstr.Int {
			return p.Port.IntVal == port || p.EndPort != nil && p.Port.IntVal <= port && port <= *p.EndPort
		}
		return targetOf(w, corev1.ServicePort{TargetPort: *p.Port}) == port
	})
}
