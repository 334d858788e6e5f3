package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// faster is by what all durations of the rules are divided: five minutes are ten seconds.
const faster = 30

// drill is a shop with Prometheus and Alertmanager, whose pages and warnings it receives.
type drill struct {
	*Stack
	t          *testing.T
	prometheus string // base URL

	mu       sync.Mutex
	received map[string]bool // names of the alerts that Alertmanager has sent
}

var durations = regexp.MustCompile(`\[(\d+)([smhd])\]|((?:for|group_wait|group_interval|repeat_interval): )(\d+)([smhd])`)

// scaled returns a file of the stage with all durations divided.
func scaled(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "stage3-hardening/observability", name))
	require.NoError(t, err)
	units := map[string]int{"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
	return durations.ReplaceAllStringFunc(string(text), func(found string) string {
		parts := durations.FindStringSubmatch(found)
		n, err := strconv.Atoi(parts[1] + parts[4])
		require.NoError(t, err)
		ms := fmt.Sprintf("%dms", n*units[parts[2]+parts[5]]/faster)
		if parts[1] != "" {
			return "[" + ms + "]"
		}
		return parts[3] + ms
	})
}

// newDrill starts Debian's servers beside the shop.
func newDrill(t *testing.T, s *Stack) *drill {
	t.Helper()
	d := &drill{Stack: s, t: t, received: map[string]bool{}}
	webhook := httptest.NewServer(http.HandlerFunc(d.receive))
	t.Cleanup(webhook.Close)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	manager, prometheus := freeAddr(t), freeAddr(t)
	write("alerts.yaml", scaled(t, "alerts.yaml"))
	write("slo.yaml", scaled(t, "slo.yaml"))
	routes := write("alertmanager.yaml", strings.ReplaceAll(scaled(t, "alertmanager.yaml"), "http://host.docker.internal:9095", webhook.URL))
	var targets strings.Builder
	for _, service := range s.Services() {
		fmt.Fprintf(&targets, "      - {targets: [%q], labels: {service: %s}}\n", service.MetricsAddr, service.Name)
	}
	config := write("prometheus.yaml", fmt.Sprintf(`global: {scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}
rule_files: [alerts.yaml, slo.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}
scrape_configs:
  - job_name: shop
    static_configs:
%s`, manager, targets.String()))
	d.run("prometheus-alertmanager", "--config.file="+routes, "--storage.path="+dir+"/alertmanager", "--web.listen-address="+manager,
		"--cluster.listen-address=")
	d.run("prometheus", "--config.file="+config, "--storage.tsdb.path="+dir+"/prometheus", "--web.listen-address="+prometheus)
	d.prometheus = "http://" + prometheus
	require.Eventually(t, func() bool { return d.firing() != nil }, time.Minute, 100*time.Millisecond, "Prometheus does not answer")
	return d
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// run starts a server that ends with the test.
func (d *drill) run(name string, args ...string) {
	d.t.Helper()
	log, err := os.Create(filepath.Join(d.t.TempDir(), "log"))
	require.NoError(d.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, name, args...)
	command.Stdout, command.Stderr = log, log
	require.NoError(d.t, command.Start())
	d.t.Cleanup(func() {
		cancel()
		_ = command.Wait()
		if d.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			d.t.Logf("%s: %s", name, text[max(0, len(text)-2000):])
		}
		_ = log.Close()
	})
}

// receive is the webhook.
func (d *drill) receive(_ http.ResponseWriter, r *http.Request) {
	var notification struct {
		Alerts []struct {
			Status string
			Labels map[string]string
		}
	}
	if json.NewDecoder(r.Body).Decode(&notification) != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, alert := range notification.Alerts {
		if alert.Status == "firing" {
			d.received[alert.Labels["alertname"]] = true
		}
	}
}

// firing returns the names of the alerts that fire in Prometheus; nil if it does not answer.
func (d *drill) firing() map[string]bool { return d.alerts("firing") }

// alerts returns the names of the alerts in one of the states.
func (d *drill) alerts(states ...string) map[string]bool {
	response, err := plainHTTP.Get(d.prometheus + "/api/v1/alerts")
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	if json.NewDecoder(response.Body).Decode(&answer) != nil {
		return nil
	}
	names := map[string]bool{}
	for _, alert := range answer.Data.Alerts {
		if slices.Contains(states, alert.State) {
			names[alert.Labels["alertname"]] = true
		}
	}
	return names
}
