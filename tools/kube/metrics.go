package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	sampleEvery = 2 * time.Second
	window      = 10 * time.Second
)

// usage measures what the processes of the pods use, which the API metrics.k8s.io reports: what an autoscaler acts on.
type usage struct {
	client   kubernetes.Interface
	runtimes []*processes
	mu       sync.Mutex
	samples  map[int][]sample // by process id
}

type sample struct {
	at  time.Time
	cpu time.Duration
}

type object = map[string]any

// serveMetrics serves the API and tells the API server about it.
func serveMetrics(client *kubernetes.Clientset, runtimes []*processes) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0), DNSNames: []string{"localhost"}}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:6460")
	if err != nil {
		return err
	}
	u := &usage{client: client, runtimes: runtimes, samples: map[int][]sample{}}
	go u.measure()
	mux := http.NewServeMux()
	const group = "/apis/metrics.k8s.io/v1beta1"
	mux.HandleFunc("GET "+group, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, object{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1", "resources": []any{
			object{"name": "pods", "namespaced": true, "kind": "PodMetrics", "verbs": []string{"get", "list"}},
		}})
	})
	mux.HandleFunc("GET "+group+"/namespaces/{namespace}/pods", u.list)
	go func() {
		_ = http.Serve(tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}},
		}), mux)
	}()
	for path, manifest := range map[string]object{
		"/api/v1/namespaces/kube-system/services": {"kind": "Service", "apiVersion": "v1", "metadata": object{"name": "metrics"},
			"spec": object{"type": "ExternalName", "externalName": "localhost", "ports": []any{object{"port": 6460}}}},
		"/apis/apiregistration.k8s.io/v1/apiservices": {"kind": "APIService", "apiVersion": "apiregistration.k8s.io/v1",
			"metadata": object{"name": "v1beta1.metrics.k8s.io"},
			"spec": object{"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
				"insecureSkipTLSVerify": true, "service": object{"name": "metrics", "namespace": "kube-system", "port": 6460}}},
	} {
		body, _ := json.Marshal(manifest)
		if err := client.RESTClient().Post().AbsPath(path).Body(body).SetHeader("Content-Type", "application/json").Do(context.Background()).Error(); err != nil {
			return err
		}
	}
	return nil
}

func (u *usage) measure() {
	for now := range time.Tick(sampleEvery) {
		u.mu.Lock()
		seen := map[int][]sample{}
		for _, r := range u.runtimes {
			for _, p := range r.running() {
				pid := p.pid()
				cpu, ok := cpuTime(pid)
				if !ok {
					continue
				}
				list := append(u.samples[pid], sample{now, cpu})
				for len(list) > 2 && now.Sub(list[1].at) >= window {
					list = list[1:]
				}
				seen[pid] = list
			}
		}
		u.samples = seen
		u.mu.Unlock()
	}
}

// list answers for the pods that the selector of the request matches.
func (u *usage) list(w http.ResponseWriter, r *http.Request) {
	namespace := r.PathValue("namespace")
	pods, err := u.client.CoreV1().Pods(namespace).List(r.Context(), metav1.ListOptions{LabelSelector: r.URL.Query().Get("labelSelector")})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	labels := map[string]map[string]string{}
	for _, pod := range pods.Items {
		labels[pod.Name] = pod.Labels
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	containers := map[string][]any{}
	for _, runtime := range u.runtimes {
		for _, p := range runtime.running() {
			list := u.samples[p.pid()]
			if p.namespace != namespace || len(list) < 2 {
				continue
			}
			first, last := list[0], list[len(list)-1]
			cores := float64(last.cpu-first.cpu) / float64(last.at.Sub(first.at))
			containers[p.pod] = append(containers[p.pod], object{"name": p.config.Metadata.Name,
				"usage": object{"cpu": fmt.Sprintf("%dn", int64(cores*1e9)), "memory": fmt.Sprint(memory(p.pid()))}})
		}
	}
	items := []any{}
	for name, list := range containers {
		if _, matches := labels[name]; matches {
			items = append(items, object{"metadata": object{"name": name, "namespace": namespace, "labels": labels[name]},
				"timestamp": time.Now().UTC().Format(time.RFC3339), "window": window.String(), "containers": list})
		}
	}
	writeJSON(w, object{"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": object{}, "items": items})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// running returns the containers that have a process.
func (r *processes) running() []*process {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*process
	for _, p := range r.containers {
		if p.pid() != 0 {
			all = append(all, p)
		}
	}
	return all
}

// pid is 0 before the process starts and after its end.
func (p *process) pid() int {
	select {
	case <-p.done:
		return 0
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.cmd.Process == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// cpuTime is the time on the CPU of a process. The kernel counts in hundredths of a second.
func cpuTime(pid int) (time.Duration, bool) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	// The name of the program stands in parentheses and may contain anything.
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errUser == nil && errSystem == nil
}

func memory(pid int) int64 {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
