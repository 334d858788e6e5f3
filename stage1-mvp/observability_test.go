package stage1mvp_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// composeFile is what these tests want to know of compose.yaml.
type composeFile struct {
	Services map[string]struct {
		Image    string
		Profiles []string
		Ports    []string
		Volumes  []string
	}
}

func compose(t *testing.T) (c composeFile) {
	t.Helper()
	readYAML(t, "compose.yaml", &c)
	return c
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into), path)
}

func TestComposeServersArePinnedAndOfThisMachineOnly(t *testing.T) {
	t.Parallel()
	c := compose(t)
	require.NotEmpty(t, c.Services)
	for name, service := range c.Services {
		assert.Regexp(t, `:v?[\w.-]*\d[\w.-]*$`, service.Image, "%s: which version is it today?", name)
		for _, port := range service.Ports {
			assert.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s: port %s is open to everybody", name, port)
		}
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			// What is in .stagecraft is made by make observe.
			if strings.HasPrefix(source, ".") && !strings.HasPrefix(source, "../.stagecraft/") {
				_, err := os.Stat(source)
				assert.NoError(t, err, "%s: Docker would make an empty directory of it", name)
			}
		}
	}
}

func TestTheObservabilityProfileIsComplete(t *testing.T) {
	t.Parallel()
	var watching []string
	for name, service := range compose(t).Services {
		if slices.Contains(service.Profiles, "observability") {
			watching = append(watching, name)
		}
	}
	assert.ElementsMatch(t, []string{"collector", "prometheus", "tempo", "loki", "grafana"}, watching)
}

func TestConfigurationsOfTheObservabilityProfileCanBeRead(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"observability/*.yaml", "observability/grafana/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			var content map[string]any
			readYAML(t, file, &content)
			assert.NotEmpty(t, content, file)
		}
	}
}

func TestEachPipelineOfTheCollectorUsesWhatIsDefined(t *testing.T) {
	t.Parallel()
	var collector struct {
		Receivers, Processors, Exporters map[string]any
		Service                          struct {
			Pipelines map[string]struct{ Receivers, Processors, Exporters []string }
		}
	}
	readYAML(t, "observability/collector.yaml", &collector)
	require.Len(t, collector.Service.Pipelines, 2)
	for name, pipeline := range collector.Service.Pipelines {
		assert.Subset(t, slices.Collect(maps.Keys(collector.Receivers)), pipeline.Receivers, name)
		assert.Subset(t, slices.Collect(maps.Keys(collector.Processors)), pipeline.Processors, name)
		assert.Subset(t, slices.Collect(maps.Keys(collector.Exporters)), pipeline.Exporters, name)
	}
}

// Every host in the configurations is a server of compose.yaml, and the port one that it listens on.
func TestObservabilityServersFindEachOther(t *testing.T) {
	t.Parallel()
	server := regexp.MustCompile(`\b([a-z]+):(\d{4})\b`)
	running := compose(t).Services
	for _, file := range []string{"observability/collector.yaml", "observability/grafana/datasources/shop.yaml"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		called := server.FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, called, file)
		for _, call := range called {
			require.Contains(t, running, call[1], "%s calls %s", file, call[0])
			own, err := os.ReadFile("observability/" + call[1] + ".yaml")
			require.NoError(t, err)
			listens := string(own) + strings.Join(running[call[1]].Ports, " ")
			assert.Regexp(t, `[: ]`+call[2]+`\b`, listens, "%s calls %s", file, call[0])
		}
	}
}

// The ports are in run.sh, where the services get them, and in prometheus.yaml.
func TestPrometheusAsksEveryServiceThatRuns(t *testing.T) {
	t.Parallel()
	var prometheus struct {
		Scrapes []struct {
			Static []struct {
				Targets []string
				Labels  map[string]string
			} `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, "observability/prometheus.yaml", &prometheus)
	var asked, names []string
	for _, static := range prometheus.Scrapes[0].Static {
		asked = append(asked, strings.TrimPrefix(static.Targets[0], "host.docker.internal:"))
		names = append(names, static.Labels["service"])
	}
	script, err := os.ReadFile("compose/run.sh")
	require.NoError(t, err)
	var served []string
	for _, port := range regexp.MustCompile(`METRICS_ADDR="?[^ ]*:(\d+)`).FindAllStringSubmatch(string(script), -1) {
		served = append(served, port[1])
	}
	assert.ElementsMatch(t, services, names)
	assert.ElementsMatch(t, served, asked)
}

func TestGrafanaKnowsEverySourceThatItsDashboardAsks(t *testing.T) {
	t.Parallel()
	var sources struct{ Datasources []struct{ UID string } }
	readYAML(t, "observability/grafana/datasources/shop.yaml", &sources)
	known := make(map[string]bool)
	for _, source := range sources.Datasources {
		known[source.UID] = true
	}
	text, err := os.ReadFile("observability/grafana/dashboards/shop.json")
	require.NoError(t, err)
	var dashboard any
	require.NoError(t, json.Unmarshal(text, &dashboard))
	asked := uids(dashboard)
	require.NotEmpty(t, asked)
	for _, uid := range asked {
		assert.True(t, known[uid], "the dashboard asks %q", uid)
	}
	links, err := os.ReadFile("observability/grafana/datasources/shop.yaml")
	require.NoError(t, err)
	for _, link := range regexp.MustCompile(`datasourceUid: (\w+)`).FindAllStringSubmatch(string(links), -1) {
		assert.True(t, known[link[1]], "a source links to %q", link[1])
	}
}

// uids collects the uid of every datasource below a value.
func uids(value any) (found []string) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			found = append(found, uids(element)...)
		}
	case map[string]any:
		if source, ok := value["datasource"].(map[string]any); ok {
			found = append(found, source["uid"].(string))
		}
		for _, element := range value {
			found = append(found, uids(element)...)
		}
	}
	return found
}
